using System.Text.Json;
using Lorica.Contracts.Configs;
using Lorica.Host.Files;
using Lorica.Host.Registry;

namespace Lorica.Host.Joining;

/// <summary>
/// <c>STATE/joined/</c>: the identity that this host got by joining: <c>node.crt</c>, <c>node.key</c> (0600), <c>ca.crt</c> and
/// <c>joined.json</c>. The folder is made as <c>joined.new</c>, durably, and renamed: before that the host has not joined, after
/// it, it has; nothing lies between.
/// </summary>
internal static class JoinedIdentity
{
    private const string FolderName = "joined", Aside = "joined.new", Before = "joined.old";
    private const string Certificate = "node.crt", Key = "node.key", Ca = "ca.crt", As = "joined.json";
    private const int MaximumBytes = 64 * 1024;

    /// <summary>Whether a host with this state folder has joined.</summary>
    public static bool Exists(string stateFolder) => Directory.Exists(Path.Combine(stateFolder, FolderName));

    /// <summary>The configuration with what it leaves to joining filled in.</summary>
    /// <exception cref="InvalidOperationException">It leaves that out and the host has not joined.</exception>
    public static HostConfig Complete(HostConfig config, string baseFolder)
    {
        if (config.Certificate.Length > 0)
            return config;
        string folder = Path.Combine(Path.GetFullPath(config.StateFolder, baseFolder), FolderName);
        if (!Directory.Exists(folder))
            throw new InvalidOperationException("This host has not joined a center. Run `lorica-host join --config FILE` first.");
        using var opened = Folder.Open(folder);
        var joined = JsonSerializer.Deserialize(
            opened.Read(As, MaximumBytes) ?? throw new IOException($"{folder}/{As} is missing."), StateJson.Default.JoinedAs)!;
        return config with
        {
            Id = joined.Id,
            CenterPin = joined.CenterPin,
            Certificate = Path.Combine(folder, Certificate),
            Key = Path.Combine(folder, Key),
            Ca = Path.Combine(folder, Ca),
        };
    }

    /// <summary>Makes the host a member: durable when this returns.</summary>
    public static void Commit(string stateFolder, JoinedAs joined, string certificatePem, string keyPem, string caPem)
    {
        using var state = Folder.Open(stateFolder);
        state.DeleteTree(Aside);
        Directory.CreateDirectory(
            Path.Combine(stateFolder, Aside), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var folder = Folder.Open(Path.Combine(stateFolder, Aside)))
        {
            folder.Replace(Key, System.Text.Encoding.ASCII.GetBytes(keyPem));
            folder.Replace(Certificate, System.Text.Encoding.ASCII.GetBytes(certificatePem));
            folder.Replace(Ca, System.Text.Encoding.ASCII.GetBytes(caPem));
            folder.Replace(As, JsonSerializer.SerializeToUtf8Bytes(joined, StateJson.Default.JoinedAs));
        }

        File.SetUnixFileMode(Path.Combine(stateFolder, Aside, Key), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Exists(stateFolder))
        {
            state.DeleteTree(Before);
            state.TryRename(FolderName, Before);
        }

        if (!state.TryRename(Aside, FolderName))
            throw new IOException($"{stateFolder}/{FolderName} came to be meanwhile.");
        state.DeleteTree(Before);
        state.Sync();
    }
}
