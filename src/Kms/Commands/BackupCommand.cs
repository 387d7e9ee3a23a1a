using System.Globalization;
using System.Text;
using Lorica.Crypto;
using Lorica.Kms.Store;
using Lorica.Platform.Files;

namespace Lorica.Kms.Commands;

/// <summary>Backup to one file and back.</summary>
internal static class BackupCommand
{
    private const int MinimumPassphrase = 12;
    private const int MaximumPassphrase = 1024;

    public static int Backup(Arguments args, TextWriter output)
    {
        args.Only(1, "--state", "--passphrase-file");
        var folder = StateFolder.Open(args.Need("--state"));
        using var passphrase = Passphrase(args.Need("--passphrase-file"));

        // The time before it looks for keys: one that is made meanwhile may not be in it.
        string now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture);
        int count = BackupFile.Write(folder, Path.GetFullPath(args.Words[0]), passphrase);
        DurableFile.Replace(folder.LastBackup, Encoding.ASCII.GetBytes(now + "\n"));
        output.WriteLine($"{count} objects and the root key are in {args.Words[0]}; only the passphrase opens it");
        return 0;
    }

    public static int Restore(Arguments args, TextWriter output)
    {
        args.Only(1, "--state", "--passphrase-file");
        var folder = StateFolder.Create(args.Need("--state"));
        using var held = folder.Lock();
        using var passphrase = Passphrase(args.Need("--passphrase-file"));
        int count = BackupFile.Restore(folder, args.Words[0], passphrase);
        output.WriteLine($"{count} objects and the root key are back in {folder.Root}");
        return 0;
    }

    /// <summary>Reads a passphrase straight into key memory; one line end after it does not count.</summary>
    private static KeyBuffer Passphrase(string path)
    {
        using var file = File.OpenHandle(path);
        using var raw = KeyBuffer.Allocate(MaximumPassphrase + 2);
        int length = RandomAccess.Read(file, raw.Span, 0);
        if (length > 0 && raw.Span[length - 1] == '\n')
        {
            length--;
        }

        return length is >= MinimumPassphrase and <= MaximumPassphrase
            ? raw.Slice(0, length)
            : throw new KmsException(
                KmsErrorKind.Configuration, $"a passphrase has {MinimumPassphrase} to {MaximumPassphrase} bytes");
    }
}
