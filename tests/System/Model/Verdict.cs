namespace Lorica.SystemTests.Model;

/// <summary>What the rules say of an act.</summary>
/// <param name="After">The VM after it; unchanged when it is refused.</param>
/// <param name="Refusal">Code of the refusal; null when it is allowed; "*" when any code will do.</param>
internal sealed record Verdict(ModelVm After, string? Refusal)
{
    public bool Allows(string code) => Refusal is not null && (Refusal == "*" || Refusal == code);
}
