using System.Text;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>Reads all memory of every process after an encryption and while a guest runs under load: keys lie in key memory only.</summary>
public sealed class KeyMemoryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("")]
    [InlineData("locked")]
    public async Task KeysLieInKeyMemoryOnly(string keyMemory)
    {
        await using var up = await LoricaUp.StartAsync(new Dictionary<string, string> { ["LORICA_KEY_MEMORY"] = keyMemory });
        await up.AddEmbeddedKmsAsync();
        var guest = new Guest(up, "web");
        await up.JsonAsync("vm", "import", "web", "--disk", await Guest.ImageAsync());
        await up.JsonAsync("vm", "policy", "set", "web", "VM Encryption Policy");
        var descriptor = Path.Combine(up.Datastore, "web/web.vmdk");
        var secrets = new SecretPatterns();
        using (var kek = await Keys.FetchKekAsync(up, descriptor, "kms1"))
        using (var bundle = Keys.OpenBundle(descriptor, kek))
        {
            secrets.AddKek("KEK", kek.Span);
            secrets.AddDek("DEK", bundle.Key!.Span);
        }

        await NothingIsFoundAsync(up, secrets, "after encryption");
        await guest.PowerOnAndWaitAsync();
        var load = guest.AskAsync("load 15", "LORICA-GUEST load ok", 120);
        await NothingIsFoundAsync(up, secrets, "under load");
        Assert.Contains("load ok", await load, StringComparison.Ordinal);
        await NothingIsFoundAsync(up, secrets, "after load");
        await guest.PowerOffAsync();

        // At rest: databases, logs, descriptors; command lines and environments of what runs.
        foreach (var (name, bytes) in secrets.All)
            Assert.True(Files.Holding(bytes, up.Folder).Count == 0, $"{name} in {string.Join(", ", Files.Holding(bytes, up.Folder))}");
        foreach (var process in Processes.OfState(up.State))
        {
            var told = Encoding.Latin1.GetString([.. File.ReadAllBytes($"/proc/{process.Pid}/cmdline"), .. File.ReadAllBytes($"/proc/{process.Pid}/environ")]);
            foreach (var (name, bytes) in secrets.All)
                Assert.False(told.Contains(Encoding.Latin1.GetString(bytes), StringComparison.Ordinal), $"{name} told by {process.Name}");
        }
    }

    private async Task NothingIsFoundAsync(LoricaUp up, SecretPatterns secrets, string when)
    {
        var found = new List<string>();
        foreach (var process in Processes.OfState(up.State))
        {
            if (process.Name is not ("lorica-host" or "lorica-vmx" or "lorica-center" or "qemu" or "lorica-broker"))
                continue;
            var places = ProcessMemory.Search(process.Pid, secrets);
            output.WriteLine($"{when}: {process.Name} ({process.Pid}): {places.Count} places");
            // The platform's TLS keeps what it carried; the broker is small, has one face, and ends when idle for that reason.
            if (process.Name == "lorica-broker")
                continue;
            found.AddRange(places.Select(p => $"{when}: {process.Name}: {p}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found.Take(40)));
    }
}
