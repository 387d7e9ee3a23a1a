using Lorica.Contracts.Faults;

namespace Lorica.Model;

/// <summary>A job of a host, as far as it is.</summary>
public sealed record HostJob
{
    /// <summary>The job.</summary>
    public string JobId { get; init; } = "";

    /// <summary>The VM that it works on.</summary>
    public string VmId { get; init; } = "";

    /// <summary>As it was asked for.</summary>
    public required HostJobKind Kind { get; init; }

    /// <summary>How far it is.</summary>
    public required HostJobState State { get; init; }

    /// <summary>Bytes done.</summary>
    public long BytesDone { get; init; }

    /// <summary>Bytes there are.</summary>
    public long BytesTotal { get; init; }

    /// <summary>What it works on: <c>home</c>, <c>virtio0:0</c>.</summary>
    public string Step { get; init; } = "";

    /// <summary>Why it failed.</summary>
    public Fault? Fault { get; init; }

    /// <summary>The files when it ended; of a clone those of the new VM.</summary>
    public VmFiles? Result { get; init; }

    /// <summary>What a person should know of the result.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
