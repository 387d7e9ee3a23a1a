using System.Diagnostics;

namespace Lorica.Nbd.Tests.Serving;

/// <summary>Other people's programs as judges.</summary>
public static class Tool
{
    /// <summary>Runs to the end (at most a minute); skips the test when the program is not installed.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, program))))
            Assert.Skip($"{program} is not installed.");
        var start = new ProcessStartInfo(program, arguments)
        { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>Runs and asserts success.</summary>
    public static async Task<string> SucceedAsync(string program, params string[] arguments)
    {
        var (code, output) = await RunAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }
}
