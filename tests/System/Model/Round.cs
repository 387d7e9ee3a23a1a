namespace Lorica.SystemTests.Model;

/// <summary>One act per VM, all at once, and what goes wrong meanwhile.</summary>
/// <param name="Acts">The act on VM 0, 1, …</param>
/// <param name="Trouble">What goes wrong.</param>
/// <param name="AfterMs">When, in milliseconds after the acts began.</param>
internal sealed record Round(Act[] Acts, Trouble Trouble, int AfterMs)
{
    public override string ToString() => $"[{string.Join(' ', Acts)}] {Trouble} after {AfterMs} ms";
}
