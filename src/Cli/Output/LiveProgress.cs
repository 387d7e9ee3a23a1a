using Spectre.Console;

namespace Lorica.Cli.Output;

/// <summary>Progress as a moving bar on the terminal behind stderr.</summary>
internal sealed class LiveProgress(ProgressTask task) : IProgressView
{
    public void Report(string step, double percent, string detail)
    {
        task.Description = Markup.Escape(Terminal.Clean(detail.Length == 0 ? step : $"{step} ({detail})"));
        task.Value = Math.Clamp(percent, 0, 100);
    }
}
