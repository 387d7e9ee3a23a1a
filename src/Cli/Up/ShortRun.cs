using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>Runs a program that does one thing and prints one JSON line.</summary>
internal static class ShortRun
{
    public static async Task<T> RunAsync<T>(
        Spawner spawner, string program, IReadOnlyList<string> arguments, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var process = await spawner.StartAsync(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        string name = Path.GetFileName(program);
        if (process.ExitCode != 0)
        {
            throw new CliException(ExitCode.Other, $"{name} {arguments[0]} failed with exit code {process.ExitCode}.")
            {
                Details = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            };
        }
        string? line = (await output).Split('\n').FirstOrDefault(l => l.StartsWith('{'));
        return (line is null ? default : JsonSerializer.Deserialize(line, type))
            ?? throw new CliException(ExitCode.Other, $"{name} {arguments[0]} did not print what it should.");
    }
}
