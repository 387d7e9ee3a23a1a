namespace Lorica.Model;

/// <summary>What a task that applies a policy to many VMs was asked for; the VMs are in a table of their own.</summary>
internal sealed record PolicyBatchArguments(
    string PolicyId, bool? Home, IReadOnlyList<string>? Disks, int Parallel, Caller Caller);
