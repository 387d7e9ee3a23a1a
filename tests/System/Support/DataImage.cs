using System.Security.Cryptography;

namespace Lorica.SystemTests.Support;

/// <summary>A raw image of random data that starts like a disk (MBR signature).</summary>
internal static class DataImage
{
    public static byte[] Bytes(int mebibytes)
    {
        byte[] content = RandomNumberGenerator.GetBytes(mebibytes * 1024 * 1024);
        (content[510], content[511]) = (0x55, 0xaa);
        return content;
    }

    public static async Task<string> MakeAsync(LoricaUp up, string name, int mebibytes)
    {
        string path = Path.Combine(up.Folder, name + ".img");
        await File.WriteAllBytesAsync(path, Bytes(mebibytes));
        return path;
    }
}
