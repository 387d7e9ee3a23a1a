using System.Diagnostics;

namespace Lorica.Testing;

/// <summary>
/// Runs programs to their end: other people's as judges, and our own. One that is not installed skips the test.
/// </summary>
public static class Tool
{
    /// <summary>Runs and says how it ended; what takes longer than <paramref name="timeoutSeconds"/> is killed.</summary>
    public static async Task<ToolResult> RunAsync(
        string program, IEnumerable<string> arguments, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null, int timeoutSeconds = 180)
    {
        if (!IsInstalled(program))
            Assert.Skip($"{program} is not installed; scripts/setup brings it.");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(timeoutSeconds));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{Line(program, arguments)} took longer than {timeoutSeconds} s.\n{await output}\n{await error}", e);
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }

    /// <summary>Runs, expects success and gives what it wrote.</summary>
    public static async Task<string> OutputAsync(string program, params string[] arguments) =>
        Succeeded(program, arguments, await RunAsync(program, arguments));

    /// <summary>Runs and says how it ended, for a test that waits anyway.</summary>
    public static ToolResult Run(string program, params string[] arguments) =>
        Task.Run(() => RunAsync(program, arguments)).GetAwaiter().GetResult();

    /// <summary>Runs, expects success and gives what it wrote, for a test that waits anyway.</summary>
    public static string Output(string program, params string[] arguments) =>
        Succeeded(program, arguments, Run(program, arguments));

    /// <summary>Whether it can be started: a path, or a name on PATH.</summary>
    public static bool IsInstalled(string program) => program.Contains('/', StringComparison.Ordinal)
        ? File.Exists(program)
        : Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, program)));

    private static string Succeeded(string program, string[] arguments, ToolResult result)
    {
        Assert.True(
            result.ExitCode == 0, $"{Line(program, arguments)}: {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result.Output;
    }

    private static string Line(string program, IEnumerable<string> arguments) => $"{program} {string.Join(' ', arguments)}";
}
