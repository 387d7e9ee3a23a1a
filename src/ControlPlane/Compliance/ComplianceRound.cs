using Lorica.ControlPlane.Background;

namespace Lorica.ControlPlane.Compliance;

/// <summary>Looks at the compliance of all VMs once an hour.</summary>
internal sealed class ComplianceRound(ComplianceService compliance) : BackgroundJob
{
    /// <inheritdoc />
    public override string Name => "compliance";

    /// <inheritdoc />
    public override TimeSpan Period => TimeSpan.FromHours(1);

    /// <inheritdoc />
    public override Task RunAsync(CancellationToken ct) => compliance.CheckAllAsync(ct);
}
