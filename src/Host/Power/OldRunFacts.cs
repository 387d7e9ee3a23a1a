namespace Lorica.Host.Power;

/// <summary>What was verified of a VM, in an <see cref="OldRunState"/>.</summary>
internal sealed record OldRunFacts
{
    public required OldVerifiedObject Home { get; init; }

    public required IReadOnlyList<OldVerifiedObject> Disks { get; init; }
}
