namespace Lorica.Host.Power;

/// <summary>A disk as a vmx holds it.</summary>
/// <param name="Label"><c>virtio0:0</c>, …</param>
/// <param name="Links">What it is made of, first the link that takes the writes.</param>
internal sealed record RunDisk(string Label, IReadOnlyList<RunLink> Links);
