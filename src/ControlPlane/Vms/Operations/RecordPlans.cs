using Lorica.Contracts;
using Lorica.ControlPlane.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Records that an operation planned.</summary>
internal static class RecordPlans
{
    /// <summary>The records of a plan as a host is told them.</summary>
    public static IEnumerable<ObjectRecord> ToWire(IEnumerable<RecordPlan> plans) => plans.Select(p => new ObjectRecord
    {
        ObjectId = p.ObjectId, Kind = p.IsHome ? ObjectKind.Vm : ObjectKind.Disk, Key = p.Key.ToRef(), Kcv = p.Kcv,
        Generation = p.Generation,
    });
}
