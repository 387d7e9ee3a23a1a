using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lorica.Disks;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>Jobs on data, their host killed at random moments.</summary>
public sealed class InterruptedJobTests(ITestOutputHelper output)
{
    private const int Moments = 50;
    private const int DataBytes = 96 * 1024 * 1024;

    [Fact(Explicit = true)]
    public async Task Encryption_decryption_and_recrypt_killed_at_fifty_random_moments_always_end_bit_identical()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        string image = Path.Combine(up.Folder, "data.img");
        await MakeImageAsync(image);
        string plain = Files.Sha256(image);
        await up.JsonAsync("vm", "import", "job", "--disk", image);
        string folder = Assert.Single(Directory.GetDirectories(up.Datastore), d => File.Exists(Path.Combine(d, "job.vmx")));
        string flat = Path.Combine(folder, "job-flat.vmdk");
        Assert.Equal(plain, Files.Sha256(flat));

        string[][] cycle =
        [
            ["vm", "policy", "set", "job", "VM Encryption Policy"],
            ["vm", "recrypt", "job", "--shallow"],
            ["vm", "policy", "set", "job", "Datastore Default"],
        ];
        int killedUnderWay = 0;
        for (int moment = 0; moment < Moments; moment++)
        {
            string[] step = cycle[moment % cycle.Length];
            // Recrypt is over in a few hundredths of a second, the others take about a second here.
            int longest = step[1] == "recrypt" ? 150 : 1500;
            string task = "";
            await Wait.UntilAsync(async () =>
            {
                // The host that was killed before may still be on its way back.
                var started = await up.RunAsync([.. step, "--no-wait", "--json"]);
                task = started.ExitCode == 0 ? JsonNode.Parse(started.Output)!["id"]!.GetValue<string>() : "";
                return task.Length > 0;
            }, "the job is taken");
            await Task.Delay(RandomNumberGenerator.GetInt32(longest));
            string state = (await up.JsonAsync("task", "show", task))["state"]!.GetValue<string>();
            await up.KillAsync("host");
            killedUnderWay += state == "running" ? 1 : 0;
            NothingIsHalfWritten(folder);

            var ended = await up.RunAsync("task", "wait", task, "--json");
            Assert.True(
                ended.ExitCode == 0, $"moment {moment}, {string.Join(' ', step)}: {ended.Output}{ended.Error}\n{up.Log()}");
            await IsWholeAsync(up, folder, plain, step[^1] == "Datastore Default");
        }

        output.WriteLine($"{Moments} kills, {killedUnderWay} of them while the job was under way");
        Assert.True(killedUnderWay >= Moments / 4, $"only {killedUnderWay} of {Moments} kills met a job");
    }

    private static async Task IsWholeAsync(LoricaUp up, string folder, string plain, bool decrypted)
    {
        string descriptor = Path.Combine(folder, "job.vmdk");
        var show = await up.ShowAsync("job");
        Assert.Equal(!decrypted, show["encrypted"]!.GetValue<bool>());
        Assert.Equal(!decrypted, show["disks"]![0]!["encrypted"]!.GetValue<bool>());
        if (decrypted)
        {
            Assert.Equal(plain, Files.Sha256(Path.Combine(folder, "job-flat.vmdk")));
            return;
        }

        using var kek = await Keys.FetchKekAsync(up, descriptor, "kms1");
        Assert.Equal(plain, Keys.PlaintextSha256(descriptor, kek));
        var leftOver = Directory.GetFiles(folder).Select(Path.GetFileName).Where(f => f is not null
            && !f.EndsWith(".vmx", StringComparison.Ordinal) && !f.EndsWith(".vmdk", StringComparison.Ordinal)
            && !f.EndsWith(".lock", StringComparison.Ordinal));
        Assert.Empty(leftOver);
    }

    private static void NothingIsHalfWritten(string folder)
    {
        using var disks = DiskFolder.Open(folder);
        Assert.Equal(DataBytes * 2L, Vmdk.ReadModel(disks, "job").Capacity);
        string vmx = File.ReadAllText(Path.Combine(folder, "job.vmx"));
        Assert.EndsWith("\n", vmx, StringComparison.Ordinal);
        Assert.Contains("lorica.vmId", vmx, StringComparison.Ordinal);
    }

    /// <summary>Half data, half holes, so that thin disks are met; starts like a disk (MBR signature).</summary>
    private static async Task MakeImageAsync(string path)
    {
        await using var file = File.Create(path);
        file.SetLength(DataBytes * 2L);
        byte[] chunk = new byte[1024 * 1024];
        for (int written = 0; written < DataBytes; written += chunk.Length)
        {
            RandomNumberGenerator.Fill(chunk);
            if (written == 0)
                (chunk[510], chunk[511]) = (0x55, 0xaa);
            file.Position = written * 2L;
            await file.WriteAsync(chunk);
        }
    }
}
