using Lorica.Cli.Up;

namespace Lorica.Cli.Tests.Support;

/// <summary>A state folder, and stand-ins of all programs laid out as <c>out/</c> is.</summary>
internal sealed class UpSandbox : IDisposable
{
    private readonly TestFolder _folder = new();

    public UpSandbox()
    {
        foreach (string program in new[] { "kms/lorica-kms", "host/lorica-host", "center/lorica-center",
            "lorica-broker", "lorica-vmx" })
        {
            string path = Path.Combine(Programs, program);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Data", "fake-part"), path);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Programs => _folder.Path("programs");

    public string State => _folder.Path("state");

    public string JournalPath => _folder.Path("journal");

    public UpPaths Paths => new(State);

    public IReadOnlyList<string> Journal => File.Exists(JournalPath) ? File.ReadAllLines(JournalPath) : [];

    /// <summary>Makes the next starts of a part fail, or not.</summary>
    public void Fail(string part, bool fail)
    {
        string path = _folder.Path("fail-" + part);
        if (fail)
            File.WriteAllText(path, "");
        else
            File.Delete(path);
    }

    /// <summary>Makes the stop of a part take a while.</summary>
    public void Slow(string part) => File.WriteAllText(_folder.Path("slow-" + part), "");

    /// <summary>Waits for the n-th line of the journal that starts so; gives its process id.</summary>
    public async Task<int> WaitForAsync(string line, int count = 1)
    {
        List<string> found = [];
        await Wait.UntilAsync(() =>
        {
            found = [.. Journal.Where(l => l.StartsWith(line, StringComparison.Ordinal))];
            return found.Count >= count;
        }, $"'{line}' is written {count} times", now: () => string.Join(" | ", Journal));
        return int.Parse(found[count - 1].Split(' ')[2]);
    }

    public void Dispose()
    {
        _folder.Dispose();
        foreach (string folder in new[] { Paths.RunFolder, Paths.HeldFolder }.Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }
}
