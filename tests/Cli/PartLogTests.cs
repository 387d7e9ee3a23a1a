using Lorica.Cli.Up;

namespace Lorica.Cli.Tests;

public sealed class PartLogTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_that_cannot_be_written_are_dropped_counted_and_never_thrown()
    {
        string path = _folder.Path("log");
        // Each write to this device fails as on a full disk.
        File.CreateSymbolicLink(path, "/dev/full");
        var said = new List<string>();
        using var log = new PartLog(path, said.Add);
        log.Write("one");
        log.Write("two");
        Assert.Equal(["one", "two"], log.Last);
        string once = Assert.Single(said);
        Assert.Contains("No space left on device", once, StringComparison.Ordinal);
        Assert.Contains(path, once, StringComparison.Ordinal);
        Assert.EndsWith(": one", once, StringComparison.Ordinal);
        File.Delete(path);
        log.Write("three");
        Assert.Equal("\n(2 lines could not be written here)\nthree\n", File.ReadAllText(path));
    }
}
