using System.Diagnostics;

namespace Lorica.Disks.Tests;

/// <summary>Figures for the documents, run by hand: <c>Lorica.Disks.Tests -explicit only -class '*SpeedTests'</c>.</summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task In_place_encryption_and_decryption()
    {
        const long Capacity = 1L << 30;
        using var folder = new TestFolder();
        using var keks = new TestKeks();
        await Vmdk.CreateAsync(folder.Folder, "d", Capacity, Provisioning.Thin, null, default);
        using (var disk = Vmdk.Open(folder.Folder, "d", null, keks))
        {
            await using var device = disk.OpenDevice();
            byte[] chunk = TestData.Noise(TestData.MiB, 1);
            chunk[510] = 0x55;
            chunk[511] = 0xAA;
            for (long at = 0; at < Capacity / 2; at += TestData.MiB)
                await device.WriteAsync(at, chunk, false, default);
            await device.FlushAsync(default);
        }

        var watch = Stopwatch.StartNew();
        await DiskJob.EncryptAsync(folder.Folder, "d", TestKeks.First, keks[TestKeks.First], 1, null, default);
        output.WriteLine($"encrypt: {512 / watch.Elapsed.TotalSeconds:F0} MB/s of data ({watch.Elapsed.TotalSeconds:F2} s for "
            + "512 MiB in a thin disk of 1 GiB)");
        watch.Restart();
        await DiskJob.DecryptAsync(folder.Folder, "d", keks, 2, false, null, default);
        output.WriteLine($"decrypt: {512 / watch.Elapsed.TotalSeconds:F0} MB/s of data ({watch.Elapsed.TotalSeconds:F2} s)");
    }
}
