using Lorica.Contracts.Faults;

namespace Lorica.Contracts.Rest;

/// <summary>A virtual disk as <c>vm show</c> tells it.</summary>
/// <param name="Label">Its place: <c>virtio0:0</c>.</param>
/// <param name="Path"><c>[datastore] folder/file.vmdk</c>.</param>
/// <param name="Capacity">Bytes.</param>
/// <param name="Encrypted">What the descriptor says.</param>
/// <param name="Key">KEK that wraps its DEK.</param>
/// <param name="Policy">Storage policy.</param>
/// <param name="Compliance">As for the VM.</param>
/// <param name="Used">Allocated bytes on the datastore.</param>
/// <param name="Provisioning"><c>thin</c>, <c>lazyZeroed</c>, <c>eagerZeroed</c>.</param>
/// <param name="Suspect">Why it is suspect.</param>
public sealed record DiskModel(
    string Label, string Path, long Capacity, bool Encrypted, KeyModel? Key, PolicyRefModel Policy, string Compliance,
    long Used, string Provisioning, Fault? Suspect = null)
{
    /// <summary>What differs from the policy.</summary>
    public IReadOnlyList<string> Drift { get; set; } = [];
}
