using Lorica.Disks;

namespace Lorica.Host.Tests.Support;

/// <summary>What a guest would read.</summary>
internal static class PlainDisk
{
    public static async Task<byte[]> ReadAsync(string folder, string name, params TestKek[] keks)
    {
        using var disks = DiskFolder.Open(folder);
        using var opened = Vmdk.Open(disks, name, new DiskExpectation { Encrypted = keks.Length > 0 }, new OneKek(keks));
        await using var device = opened.OpenDevice();
        byte[] content = new byte[device.Length];
        for (int at = 0; at < content.Length; at += 1024 * 1024)
            await device.ReadAsync(at, content.AsMemory(at, Math.Min(1024 * 1024, content.Length - at)), CancellationToken.None);
        return content;
    }
}
