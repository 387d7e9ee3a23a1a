using System.Text;

namespace Lorica.Platform.Native;

/// <summary>Paths as libc takes them.</summary>
internal static class NativePath
{
    /// <summary>UTF-8 with a zero byte at the end, and none before.</summary>
    public static byte[] Of(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw new IOException("A file name is empty or holds a zero byte.");
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }
}
