using Spectre.Console;

namespace Lorica.Cli.Output;

/// <summary>Runs work with a progress view that fits where stderr goes.</summary>
internal static class ProgressScope
{
    public static async Task<T> RunAsync<T>(Terminal terminal, string title, Func<IProgressView, Task<T>> work)
    {
        if (!terminal.Live)
            return await work(new PlainProgress(terminal));

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        return await console.Progress()
            .AutoClear(enabled: false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new ElapsedTimeColumn())
            .StartAsync(async context => await work(new LiveProgress(context.AddTask(Markup.Escape(title), maxValue: 100))));
    }
}
