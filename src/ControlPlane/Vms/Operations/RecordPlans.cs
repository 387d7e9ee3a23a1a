using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Records that an operation planned.</summary>
internal static class RecordPlans
{
    /// <summary>The records of a plan as a host is told them.</summary>
    public static IReadOnlyList<RecordedKey> Recorded(IEnumerable<RecordPlan> plans) =>
        [.. plans.Select(p => new RecordedKey(p.ObjectId, p.IsHome, p.Key, p.Generation))];
}
