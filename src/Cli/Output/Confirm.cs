namespace Lorica.Cli.Output;

/// <summary>Asks a person for yes or no.</summary>
internal static class Confirm
{
    /// <summary>True only for a typed "yes"; nobody there to ask counts as no.</summary>
    public static async Task<bool> AskAsync(CliContext cli, string question, CancellationToken ct)
    {
        if (!cli.Terminal.Interactive)
            return false;
        cli.Terminal.Error.Write($"{Terminal.Clean(question)} Type yes to accept: ");
        string? answer = await cli.Input.ReadLineAsync(ct);
        return string.Equals(answer?.Trim(), "yes", StringComparison.OrdinalIgnoreCase);
    }
}
