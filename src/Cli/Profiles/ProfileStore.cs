using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Platform.Files;

namespace Lorica.Cli.Profiles;

/// <summary>
/// The profile file: <c>$LORICA_PROFILE</c>, else <c>$XDG_CONFIG_HOME/lorica/profile.json</c>, else
/// <c>~/.config/lorica/profile.json</c>; mode 0600, for it holds the session's token.
/// </summary>
internal sealed class ProfileStore(Func<string, string?> environment)
{
    private const long MaximumBytes = 1024 * 1024;

    /// <summary>Path of the profile file.</summary>
    public string Path
    {
        get
        {
            if (environment("LORICA_PROFILE") is { Length: > 0 } named)
                return System.IO.Path.GetFullPath(named);
            string folder = environment("XDG_CONFIG_HOME") is { Length: > 0 } config
                ? config
                : System.IO.Path.Combine(environment("HOME") ?? "/", ".config");
            return System.IO.Path.Combine(folder, "lorica", "profile.json");
        }
    }

    /// <summary>The profile, or null when there is none.</summary>
    public Profile? Find() => File.Exists(Path) ? Read(Path) : null;

    /// <summary>The profile of a person who is signed in.</summary>
    public Profile Require()
    {
        var profile = Find() ?? throw new CliException(ExitCode.NotSignedIn, "You are not signed in.", Hints.FirstSignIn);
        if (string.IsNullOrEmpty(profile.Token))
            throw new CliException(ExitCode.NotSignedIn, $"You are not signed in at {profile.Server}.", Hints.SignIn);
        return profile;
    }

    /// <summary>Replaces the profile: written aside, then renamed, so a crash leaves the old one or the new one.</summary>
    public void Write(Profile profile)
    {
        string folder = System.IO.Path.GetDirectoryName(Path)!;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(profile, ProfileJson.Default.Profile));
    }

    /// <summary>Reads a profile file, as <c>lorica up</c> also writes one.</summary>
    public static Profile Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaximumBytes)
                throw new CliException(ExitCode.Usage, $"{path} is too large for a profile.");
            var profile = JsonSerializer.Deserialize(file, ProfileJson.Default.Profile);
            if (profile is { Server: not null, CaPem: not null })
                return profile;
        }
        catch (JsonException)
        {
            // Told below.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read the profile {path}: {e.Message}", inner: e);
        }
        throw new CliException(ExitCode.Usage, $"{path} is no profile.", "Remove it, then sign in again.");
    }
}
