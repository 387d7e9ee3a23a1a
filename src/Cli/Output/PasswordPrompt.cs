using System.Text;

namespace Lorica.Cli.Output;

/// <summary>Reads a password: without echo from a terminal, else one line of standard input.</summary>
internal static class PasswordPrompt
{
    private const int Longest = 1024;

    public static async Task<string> ReadAsync(CliContext cli, string prompt, CancellationToken ct)
    {
        string? password;
        if (cli.Terminal.Interactive)
        {
            cli.Terminal.Error.Write(Terminal.Clean(prompt));
            // ReadKey cannot be cancelled: the person's Ctrl-C ends the wait, the thread ends with the process.
            password = await Task.Factory.StartNew(ReadHidden, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(ct);
            cli.Terminal.Error.WriteLine();
        }
        else
        {
            password = await cli.Input.ReadLineAsync(ct);
        }
        if (string.IsNullOrEmpty(password))
        {
            throw new CliException(
                ExitCode.Usage, "No password was given.", "Type it, or pass it as one line of standard input.");
        }

        return password.Length <= Longest ? password : throw new CliException(ExitCode.Usage, "The password is too long.");
    }

    /// <summary>A new password: a person types it twice.</summary>
    public static async Task<string> ReadNewAsync(CliContext cli, string prompt, CancellationToken ct)
    {
        string password = await ReadAsync(cli, prompt, ct);
        if (cli.Terminal.Interactive && await ReadAsync(cli, "Again: ", ct) != password)
            throw new CliException(ExitCode.Usage, "The two passwords differ; nothing was changed.");
        return password;
    }

    private static string ReadHidden()
    {
        var typed = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                return typed.ToString();
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (key is { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control })
                typed.Clear();
            else if (!char.IsControl(key.KeyChar) && typed.Length <= Longest)
                typed.Append(key.KeyChar);
        }
    }
}
