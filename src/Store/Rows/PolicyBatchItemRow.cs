namespace Lorica.Store.Rows;

/// <summary>One VM of a policy that is applied to many.</summary>
public sealed class PolicyBatchItemRow
{
    /// <summary>The task of the whole.</summary>
    public required string TaskId { get; set; }

    /// <summary>Place in the order in which they were asked for.</summary>
    public int Number { get; set; }

    /// <summary>VM id; empty when there is no such VM.</summary>
    public required string VmId { get; set; }

    /// <summary>VM name when it began, or what was asked for.</summary>
    public required string VmName { get; set; }

    /// <summary><c>waiting</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>.</summary>
    public required string State { get; set; }

    /// <summary><c>encrypt</c>, <c>decrypt</c>, <c>none</c>; empty while not known.</summary>
    public string Action { get; set; } = "";

    /// <summary>Its own task.</summary>
    public string? ChildTaskId { get; set; }

    /// <summary>JSON of the fault.</summary>
    public string? Fault { get; set; }
}
