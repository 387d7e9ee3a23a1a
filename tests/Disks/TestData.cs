namespace Lorica.Disks.Tests;

/// <summary>Disk contents that look like a real disk: boot sector mark, data, holes, sectors of zeros between data.</summary>
public static class TestData
{
    public const int MiB = 1024 * 1024;

    /// <summary>Deterministic bytes that do not repeat.</summary>
    public static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        ulong state = 0x9e3779b97f4a7c15UL * (ulong)(seed + 1);
        for (int at = 0; at < length; at += 8)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            BitConverter.GetBytes(state * 0x2545f4914f6cdd1dUL).AsSpan(0, Math.Min(8, length - at)).CopyTo(bytes.AsSpan(at));
        }

        return bytes;
    }

    /// <summary>Writes a content with holes into an existing sparse file and returns all its bytes.</summary>
    public static byte[] FillDisk(string path, long capacity)
    {
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            void Put(long at, byte[] data)
            {
                if (at + data.Length > capacity)
                    return;
                file.Position = at;
                file.Write(data);
            }

            byte[] boot = Noise(4096, 1);
            boot[510] = 0x55;
            boot[511] = 0xAA;
            Put(0, boot);
            Put(64 * 1024, Noise(200_000, 2));
            Put(1024 * 1024 + 512, Noise(512, 3));
            byte[] mixed = Noise(16384, 4);
            mixed.AsSpan(512, 1024).Clear();
            mixed.AsSpan(8192, 4096).Clear();
            Put(5 * 1024 * 1024, mixed);
            Put(9 * 1024 * 1024 - 2048, Noise(4096, 5));
            Put(capacity - 512, Noise(512, 6));
        }

        return File.ReadAllBytes(path);
    }

    public static long AllocatedBytes(string path) => long.Parse(Tool.Output("stat", "-c", "%b", path).Trim()) * 512;

    public static async Task<byte[]> ReadAllAsync(IBlockReader device)
    {
        byte[] all = new byte[device.Length];
        for (int at = 0; at < all.Length; at += MiB)
            await device.ReadAsync(at, all.AsMemory(at, Math.Min(MiB, all.Length - at)), default);
        return all;
    }
}
