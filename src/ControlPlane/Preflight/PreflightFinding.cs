using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.ControlPlane.Preflight;

/// <summary>What one check before an operation found.</summary>
/// <param name="Check">Its name.</param>
/// <param name="Refuses">Whether the operation is refused for it; else it is worth a warning.</param>
/// <param name="Fault">What was found, null when all is well.</param>
internal sealed record PreflightFinding(string Check, bool Refuses, Fault? Fault)
{
    public static PreflightFinding Fine(string check) => new(check, Refuses: false, Fault: null);

    public PreflightCheckModel ToModel() => Fault is null
        ? new PreflightCheckModel(Check, "ok", "", "", "")
        : new PreflightCheckModel(Check, Refuses ? "refused" : "warning", Fault.Key, Fault.Message, Fault.Hint);
}
