namespace Lorica.Model;

/// <summary>What a host says of itself.</summary>
public sealed record HostFacts
{
    /// <summary>The host.</summary>
    public string HostId { get; init; } = "";

    /// <summary>The name that it has in its own configuration.</summary>
    public string Name { get; init; } = "";

    /// <summary>Version of its program.</summary>
    public string Version { get; init; } = "";

    /// <summary>New at each start of the process.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Whether its processor encrypts.</summary>
    public bool HardwareAes { get; init; }

    /// <summary>What encrypts sectors.</summary>
    public string XtsBackend { get; init; } = "";

    /// <summary><c>memfd_secret</c> or <c>mlock</c>.</summary>
    public string KeyMemory { get; init; } = "";

    /// <summary>Whether guests run on KVM.</summary>
    public bool Kvm { get; init; }

    /// <summary>Its encryption mode; null when nothing is known of it.</summary>
    public HostCryptoMode? CryptoMode { get; init; }

    /// <summary>What keys are sealed to; null when it shows nothing.</summary>
    public KeyPresentation? Presentation { get; init; }

    /// <summary>Its datastores.</summary>
    public IReadOnlyList<HostDatastore> Datastores { get; init; } = [];

    /// <summary>Keys that it holds.</summary>
    public IReadOnlyList<HeldKey> Keys { get; init; } = [];

    /// <summary>Processors.</summary>
    public int Cpus { get; init; }

    /// <summary>Memory.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>The host key by name, also while it is not held; null when it has none.</summary>
    public KeyName? HostKey { get; init; }

    /// <summary>How guests run there; null when nothing is known of it.</summary>
    public HostAccelerator? Accelerator { get; init; }

    /// <summary>What the trial at the host's start found.</summary>
    public string AcceleratorReason { get; init; } = "";
}
