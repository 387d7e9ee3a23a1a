using Lorica.Platform.Files;

namespace Lorica.Center.Pki;

/// <summary>The files of a node's identity. A key is readable by its owner only; nothing is ever overwritten.</summary>
internal static class NodeFiles
{
    /// <summary>Certificate of the CA.</summary>
    public const string Ca = "ca.crt";

    /// <summary>Key of the CA; only in the center's own folder.</summary>
    public const string CaKey = "ca.key";

    /// <summary>Certificate of the node.</summary>
    public const string Certificate = "node.crt";

    /// <summary>Key of the node.</summary>
    public const string Key = "node.key";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Makes a folder that only its owner enters.</summary>
    public static void MakeFolder(string path) =>
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);

    /// <summary>Writes a certificate.</summary>
    public static void WritePublic(string folder, string name, string pem) => Write(Path.Combine(folder, name), pem, Readable);

    /// <summary>Writes a key, mode 0600 from its first moment.</summary>
    public static void WriteSecret(string folder, string name, string pem) => Write(Path.Combine(folder, name), pem, OwnerOnly);

    /// <summary>
    /// Makes the names in <paramref name="folder"/>, and its own name, durable; the files are it since they were written. A crash
    /// after this finds all of them.
    /// </summary>
    public static void Settle(string folder)
    {
        string full = Path.GetFullPath(folder);
        DurableFile.SyncFolder(full);
        if (Path.GetDirectoryName(full) is { } parent)
        {
            DurableFile.SyncFolder(parent);
        }
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode, BufferSize = 0,
        });
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        DurableFile.Sync(file);
    }
}
