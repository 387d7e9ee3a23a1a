using System.Diagnostics;

namespace Lorica.SystemTests.Support;

/// <summary>Waits for other processes: polls, with a deadline.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<Task<bool>> holds, string what, int seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
                throw new TimeoutException($"Not within {seconds} s: {what}");
            await Task.Delay(100);
        }
    }
}
