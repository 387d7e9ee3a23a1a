namespace Lorica.Cli.Files;

/// <summary>Whose the files of a profile and of a state folder are.</summary>
internal static class FileModes
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
}
