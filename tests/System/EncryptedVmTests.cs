using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>The main job on real processes: a guest boots from a disk that its host keeps only as ciphertext.</summary>
public sealed class EncryptedVmTests
{
    private const string Encryption = "VM Encryption Policy";

    [Fact]
    public async Task A_vm_is_encrypted_in_place_boots_is_recrypted_locked_unlocked_and_decrypted_bit_identically()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        await WholeLifeAsync(up, "kms1", () => up.ControlAsync("stop", "kms"), () => up.ControlAsync("start", "kms"));
    }

    [Fact]
    public async Task The_same_with_py_kmip_as_the_provider()
    {
        await using var kms = await PyKmip.StartAsync();
        await using var up = await LoricaUp.StartAsync();
        await up.AddKmsAsync("py", kms.Port, "--client-cert", kms.Pki("client.crt"), "--client-key", kms.Pki("client.key"));
        up.UploadedIdentity = X509Certificate2.CreateFromPemFile(kms.Pki("client.crt"), kms.Pki("client.key"));
        var status = await up.JsonAsync("kms", "status", "py");
        Assert.Contains("\"healthy\":true", status.ToJsonString(), StringComparison.Ordinal);
        await WholeLifeAsync(up, "py", kms.StopAsync, kms.ResumeAsync);
    }

    private static async Task WholeLifeAsync(LoricaUp up, string provider, Func<Task> stopKms, Func<Task> startKms)
    {
        string image = await GuestImage.PathAsync();
        var guest = new Guest(up, "web");
        string secret = "tell-nobody-" + Guid.NewGuid().ToString("N");
        byte[] needle = Encoding.ASCII.GetBytes(secret);

        // Plain: the guest's secret lies on the datastore for everybody who can read it.
        await up.JsonAsync("vm", "import", "web", "--disk", image);
        await guest.PowerOnAndWaitAsync();
        await guest.AskAsync("mark " + secret, "LORICA-GUEST marked");
        await guest.PowerOffAsync();
        Assert.NotEmpty(Files.Holding(needle, up.Datastore));
        string flat = FlatFile(up);
        string plain = Files.Sha256(flat);
        long blocks = AllocatedBytes(flat);

        // Encrypted in place: found nowhere any more.
        await up.JsonAsync("vm", "policy", "set", "web", Encryption);
        var shown = await up.ShowAsync("web");
        Assert.True(shown["encrypted"]!.GetValue<bool>());
        Assert.Equal("unlocked", Text(shown["cryptoState"]));
        Assert.Equal(provider, Text(shown["key"]!["provider"]));
        Assert.Equal("4d5f673c-536f-11e6-beb8-9e71128cae77", Text(shown["policy"]!["id"]));
        Assert.Equal("compliant", Text(shown["compliance"]));
        var disk = Assert.Single(shown["disks"]!.AsArray())!;
        Assert.True(disk["encrypted"]!.GetValue<bool>());
        Assert.Equal("compliant", Text(disk["compliance"]));
        Assert.Equal(Text(shown["key"]!["id"]), Text(disk["key"]!["id"]));
        Assert.Empty(Files.Holding(needle, up.Folder));
        Assert.NotEqual(plain, Files.Sha256(flat));
        Assert.True(AllocatedBytes(flat) <= blocks + 64 * 1024, "a thin disk stays thin");
        Assert.Contains(
            "file format:", await Tool.OutputAsync("/usr/bin/qemu-img", "info", Descriptor(up)), StringComparison.Ordinal);

        // The guest knows nothing of it.
        await guest.PowerOnAndWaitAsync();
        Assert.Contains("data ok", await guest.AskAsync("check", "LORICA-GUEST data"), StringComparison.Ordinal);
        await up.RefusedAsync("power", "vm", "power", "on", "web");
        await up.RefusedAsync("power", "vm", "policy", "set", "web", "Datastore Default");
        await guest.PowerOffAsync();
        Assert.Empty(Files.Holding(needle, up.Folder));

        // Shallow recrypt: another KEK, the same data bytes.
        string ciphertext = Files.Sha256(flat);
        await up.JsonAsync("vm", "recrypt", "web", "--shallow");
        var recrypted = await up.ShowAsync("web");
        Assert.NotEqual(Text(shown["key"]!["id"]), Text(recrypted["key"]!["id"]));
        Assert.Equal(Text(recrypted["key"]!["id"]), Text(recrypted["disks"]![0]!["key"]!["id"]));
        Assert.Equal(ciphertext, Files.Sha256(flat));

        // KMS down and host restarted: locked, and it says why.
        await stopKms();
        await up.ControlAsync("restart", "host");
        await Wait.UntilAsync(async () => await CryptoStateAsync(up) == "locked", "the VM is locked");
        var refused = await up.RunAsync("vm", "power", "on", "web");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("providerUnreachable", refused.Error + refused.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Text(recrypted["key"]!["id"]), refused.Error + refused.Output, StringComparison.Ordinal);

        // KMS back: unlocked by itself.
        await startKms();
        await Wait.UntilAsync(async () => await CryptoStateAsync(up) == "unlocked", "the VM is unlocked by itself");
        await guest.PowerOnAndWaitAsync();
        Assert.Contains("data ok", await guest.AskAsync("check", "LORICA-GUEST data"), StringComparison.Ordinal);
        await guest.PowerOffAsync();

        // Decrypted: whole again. The guest counted its boots meanwhile, so compare what the device showed before and after.
        string before = await PlaintextSha256Async(up, provider);
        await up.JsonAsync("vm", "policy", "set", "web", "Datastore Default");
        Assert.Equal(before, Files.Sha256(flat));
        var decrypted = await up.ShowAsync("web");
        Assert.False(decrypted["encrypted"]!.GetValue<bool>());
        Assert.DoesNotContain("encryption", await File.ReadAllTextAsync(Descriptor(up)), StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(Files.Holding(needle, up.Datastore));
        await up.JsonAsync("vm", "rm", "web");
        Assert.Empty(Directory.EnumerateFiles(up.Datastore, "*.vmdk", SearchOption.AllDirectories));
    }

    private static async Task<string> PlaintextSha256Async(LoricaUp up, string provider)
    {
        using var kek = await Keys.FetchKekAsync(up, Descriptor(up), provider);
        return Keys.PlaintextSha256(Descriptor(up), kek);
    }

    private static async Task<string> CryptoStateAsync(LoricaUp up) => Text((await up.ShowAsync("web"))["cryptoState"]);

    private static string FlatFile(LoricaUp up) =>
        Assert.Single(Directory.GetFiles(up.Datastore, "*-flat.vmdk", SearchOption.AllDirectories));

    private static string Descriptor(LoricaUp up) => FlatFile(up).Replace("-flat.vmdk", ".vmdk", StringComparison.Ordinal);

    private static long AllocatedBytes(string path) =>
        long.Parse(Tool.OutputAsync("/usr/bin/stat", "-c", "%b", path).GetAwaiter().GetResult()) * 512;

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
