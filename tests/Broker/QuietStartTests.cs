namespace Lorica.Broker.Tests;

public sealed class QuietStartTests
{
    /// <summary>
    /// A configuration file that is read again when it changes is a watch over every folder below the one that the broker was
    /// started in: below "/", with systemd.
    /// </summary>
    [Fact]
    public async Task A_broker_watches_no_folder()
    {
        using var folder = new TestFolder();
        await using var broker = await BrokerFixture.StartAsync(folder.Root);
        Assert.Empty(Directory.GetFiles("/proc/self/fdinfo").SelectMany(Watches));
    }

    private static IEnumerable<string> Watches(string descriptor)
    {
        try
        {
            return File.ReadAllLines(descriptor).Where(l => l.StartsWith("inotify ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return []; // closed meanwhile
        }
    }
}
