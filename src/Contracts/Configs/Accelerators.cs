namespace Lorica.Contracts.Configs;

/// <summary>The words of <c>accel</c> in the configuration of a host, named as QEMU names them.</summary>
public static class Accelerators
{
    /// <summary>KVM where a trial shows that guests run under it, else emulation.</summary>
    public const string Auto = "auto";

    /// <summary>KVM whatever the trial shows.</summary>
    public const string Kvm = "kvm";

    /// <summary>QEMU's emulation: slow, and there everywhere.</summary>
    public const string Emulation = "tcg";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Auto, Kvm, Emulation];
}
