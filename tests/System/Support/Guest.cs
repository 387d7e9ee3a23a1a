namespace Lorica.SystemTests.Support;

/// <summary>The guest of a VM, driven over its serial console.</summary>
internal sealed class Guest(LoricaUp up, string vm)
{
    public async Task PowerOnAndWaitAsync()
    {
        await up.JsonAsync("vm", "power", "on", vm);
        await SaysAsync("LORICA-GUEST ready", 90);
    }

    public Task PowerOffAsync() => up.JsonAsync("vm", "power", "off", vm);

    public async Task<string> ConsoleAsync() => (await up.RunAsync("vm", "console", vm)).Output;

    /// <summary>Sends a command and waits for what it makes the guest say.</summary>
    public async Task<string> AskAsync(string command, string answer, int seconds = 60)
    {
        int before = Count(await ConsoleAsync(), answer);
        // A host or center that restarts right now is asked again.
        await Wait.UntilAsync(
            async () => (await up.RunAsync("vm", "console", vm, "--send", command)).ExitCode == 0, $"'{command}' is typed", 60);
        await Wait.UntilAsync(async () => Count(await ConsoleAsync(), answer) > before,
            $"guest of {vm} answers '{answer}' to '{command}'", seconds);
        return (await ConsoleAsync()).Split('\n').Last(l => l.Contains(answer, StringComparison.Ordinal)).Trim();
    }

    /// <summary>After <c>loadbg</c>: the guest still writes, and reads back what it wrote.</summary>
    public async Task LoadGoesOnAsync()
    {
        const string Running = "LORICA-GUEST load running";
        int before = Count(await ConsoleAsync(), Running);
        await Wait.UntilAsync(async () => Count(await ConsoleAsync(), Running) > before, $"the load of {vm} goes on", 60);
        Assert.DoesNotContain("load FAILED", await ConsoleAsync(), StringComparison.Ordinal);
    }

    public async Task SaysAsync(string text, int seconds)
    {
        try
        {
            await Wait.UntilAsync(async () => (await ConsoleAsync()).Contains(text, StringComparison.Ordinal),
                $"guest of {vm} says '{text}'", seconds);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(e.Message + "\n" + await ConsoleAsync() + "\n" + up.Log(), e);
        }
    }

    private static int Count(string text, string what) => text.Split(what).Length - 1;
}
