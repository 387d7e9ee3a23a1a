namespace Lorica.Cli.Output;

/// <summary>Where long work shows how far it is.</summary>
internal interface IProgressView
{
    /// <summary>Work stands at <paramref name="percent"/> (0 to 100); <paramref name="detail"/> says of what.</summary>
    void Report(string step, double percent, string detail);
}
