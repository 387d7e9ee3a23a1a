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
        string folder = Directory.CreateTempSubdirectory("lorica-broker-").FullName;
        try
        {
            await using var broker = await BrokerFixture.StartAsync(folder);
            Assert.Empty(Directory.GetFiles("/proc/self/fdinfo").SelectMany(Watches));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
