namespace Lorica.Kms.Store;

/// <summary>
/// The state folder (0700) and its one owner:
/// <code>
/// lock            held by the running server
/// root.key        32 bytes, 0600: opens everything in objects/
/// objects/N.key   one file per object, tombstones included; N is never reused
/// trust/SHA256.pem  pinned clients
/// server.crt, server.key  when made by init
/// audit.log       hash-chained, with audit-N.log before it
/// last-backup     time of the last backup
/// restoring       there while a restore writes objects/; without root.key they are a part of a backup
/// hand-over       one that is decided and not finished (HandOver)
/// </code>
/// </summary>
internal sealed class StateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private StateFolder(string path) => Root = path;

    /// <summary>The folder.</summary>
    public string Root { get; }

    public string RootKey => Path.Combine(Root, "root.key");

    public string Objects => Path.Combine(Root, "objects");

    public string Trust => Path.Combine(Root, "trust");

    public string Audit => Path.Combine(Root, "audit.log");

    public string Certificate => Path.Combine(Root, "server.crt");

    public string CertificateKey => Path.Combine(Root, "server.key");

    public string Config => Path.Combine(Root, "kms.json");

    public string LastBackup => Path.Combine(Root, "last-backup");

    /// <summary>There while a restore is not finished.</summary>
    public string Restoring => Path.Combine(Root, "restoring");

    public string HandOver => Path.Combine(Root, "hand-over");

    private string LockFile => Path.Combine(Root, "lock");

    /// <summary>Makes what is not there. A folder that others can enter is refused.</summary>
    public static StateFolder Create(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            var folder = Checked(path);
            Directory.CreateDirectory(folder.Objects, OwnerOnly);
            Directory.CreateDirectory(folder.Trust, OwnerOnly);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KmsException(KmsErrorKind.Io, $"cannot make the state folder {path}: {e.Message}", inner: e);
        }
    }

    /// <summary>A folder that must be there, and be a state folder.</summary>
    public static StateFolder Open(string path)
    {
        var folder = Checked(path);
        return Directory.Exists(folder.Objects) && Directory.Exists(folder.Trust)
            ? folder
            : throw new KmsException(KmsErrorKind.Configuration, $"{path} is no state folder of lorica-kms",
                "name the folder of --state at init, or stateFolder of kms.json");
    }

    private static StateFolder Checked(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new KmsException(
                KmsErrorKind.Configuration, $"there is no state folder {path}", "make one: lorica-kms init --state DIR");
        }

        if ((File.GetUnixFileMode(path) & ~OwnerOnly) != UnixFileMode.None)
        {
            throw new KmsException(KmsErrorKind.Configuration, $"others can enter the state folder {path}", $"chmod 700 {path}");
        }

        return new(Path.GetFullPath(path));
    }

    /// <summary>Takes the folder for this process alone; freed when disposed or when the process ends, however it ends.</summary>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new KmsException(
                KmsErrorKind.InUse, $"another lorica-kms runs on {Root}",
                "one server per state folder: stop the other one, or give this one its own", e);
        }
    }

    /// <summary>True while a server runs on the folder.</summary>
    public bool IsInUse()
    {
        try
        {
            Lock().Dispose();
            return false;
        }
        catch (KmsException)
        {
            return true;
        }
    }
}
