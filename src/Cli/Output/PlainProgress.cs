namespace Lorica.Cli.Output;

/// <summary>Progress as lines, for pipes and logs: one at each new step and at each further tenth.</summary>
internal sealed class PlainProgress(Terminal terminal) : IProgressView
{
    private string? _step;
    private int _tenth;

    public void Report(string step, double percent, string detail)
    {
        int tenth = (int)(percent / 10);
        if (step == _step && tenth <= _tenth)
            return;
        if (step == _step && tenth == 0)
            return;
        _step = step;
        _tenth = tenth;
        string tail = detail.Length == 0 ? "" : $" ({detail})";
        terminal.Note($"{step}: {(int)percent} %{tail}");
    }
}
