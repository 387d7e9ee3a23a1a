using System.Security.Cryptography;

namespace Lorica.SystemTests.Support;

/// <summary>Looks into files as somebody would who copied them.</summary>
internal static class Files
{
    public static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Content of every file below <paramref name="folder"/>, by path; locks and sockets aside.</summary>
    public static Dictionary<string, string> Snapshot(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(f => f, Sha256, StringComparer.Ordinal);

    /// <summary>Paths of the files below the folders that hold <paramref name="needle"/>.</summary>
    public static IReadOnlyList<string> Holding(ReadOnlySpan<byte> needle, params string[] folders)
    {
        var found = new List<string>();
        foreach (string file in folders.Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories)))
        {
            if (Holds(file, needle))
                found.Add(file);
        }

        return found;
    }

    /// <summary>The same for many at once: "name in path".</summary>
    public static IReadOnlyList<string> Holding(SecretPatterns secrets, params string[] folders)
    {
        const int Part = 4 * 1024 * 1024, Overlap = 128;
        var index = new PatternIndex(secrets.All);
        var found = new HashSet<string>(StringComparer.Ordinal);
        byte[] buffer = new byte[Part + Overlap];
        foreach (string path in folders.Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories)))
        {
            try
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                int read;
                for (long position = 0; (read = RandomAccess.Read(file, buffer, position)) > 0; position += Part)
                    found.UnionWith(index.Find(buffer.AsSpan(0, read)).Select(f => $"{f.Name} in {path}"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A socket, or gone meanwhile.
            }
        }

        return [.. found];
    }

    private static bool Holds(string path, ReadOnlySpan<byte> needle)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] buffer = new byte[4 * 1024 * 1024];
            long position = 0;
            int read;
            while ((read = RandomAccess.Read(file, buffer, position)) >= needle.Length)
            {
                if (buffer.AsSpan(0, read).IndexOf(needle) >= 0)
                    return true;
                position += read - needle.Length + 1;
            }

            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // A socket, or gone meanwhile.
        }
    }
}
