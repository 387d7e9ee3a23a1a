using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Recovery;

/// <summary>What a repair finds at one object.</summary>
/// <param name="ObjectId">The object.</param>
/// <param name="Path">Its file.</param>
/// <param name="Key">The key that it is about; null when its file is plain.</param>
/// <param name="Row">The retired record that is to count again, or null.</param>
/// <param name="Message">What was found.</param>
/// <param name="Refusal">Why it is not repaired, or null.</param>
internal sealed record RepairFinding(
    string ObjectId, string Path, ExpectedKey? Key, KeyRecordRow? Row, string Message, Fault? Refusal = null)
{
    /// <summary>For the faces of the center.</summary>
    public RepairObjectModel ToModel() => new(
        ObjectId, Path, Refusal is not null ? "refused" : Row is not null ? "adopt" : "none", Key?.ToString() ?? "",
        Refusal?.Key ?? "", Refusal?.Message ?? Message);
}
