using Lorica.Model;

namespace Lorica.ControlPlane.Policies;

/// <summary>The outage rule of a policy; that of VM home counts for the VM.</summary>
/// <param name="Action">One of <see cref="OutageActions"/>.</param>
/// <param name="After">How long a key must have been out of reach.</param>
public sealed record OutageRule(string Action, TimeSpan After)
{
    /// <summary>The default.</summary>
    public static OutageRule KeepRunning { get; } = new(OutageActions.KeepRunning, TimeSpan.Zero);

    /// <summary>Whether an outage has any consequence.</summary>
    public bool Acts => Action != OutageActions.KeepRunning;
}
