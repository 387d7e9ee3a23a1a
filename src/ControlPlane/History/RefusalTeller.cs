using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Background;

namespace Lorica.ControlPlane.History;

/// <summary>Has the counted refusals told when their time is over, and at stop.</summary>
internal sealed class RefusalTeller(RefusalLog refusals) : BackgroundJob
{
    /// <inheritdoc />
    public override string Name => "refusals";

    /// <inheritdoc />
    public override TimeSpan Period => TimeSpan.FromSeconds(10);

    /// <summary>Each process counts its own.</summary>
    public override bool EachProcess => true;

    /// <inheritdoc />
    public override Task RunAsync(CancellationToken ct) => refusals.TellAsync(all: false);

    /// <inheritdoc />
    public override Task StopAsync() => refusals.TellAsync(all: true);
}
