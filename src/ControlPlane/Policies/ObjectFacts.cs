using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.ControlPlane.Policies;

/// <summary>What compliance needs to know of VM home or a disk, read from its descriptor on the datastore.</summary>
/// <param name="Path"><c>[datastore] folder/file</c>.</param>
/// <param name="Encrypted">The descriptor says so.</param>
/// <param name="Transition">An in-place change that is under way or was broken off; empty when none.</param>
/// <param name="Suspect">Why what it says does not verify.</param>
/// <param name="Tags">Tags of its datastore.</param>
public sealed record ObjectFacts(string Path, bool Encrypted, UnfinishedWork? Transition, Fault? Suspect,
    IReadOnlySet<string> Tags);
