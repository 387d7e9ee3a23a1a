using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;

namespace Lorica.Host.Power;

/// <summary>How this host's guests run, and why so.</summary>
/// <param name="Accelerator">What each vmx is told.</param>
/// <param name="Reason">For operators.</param>
internal sealed record Acceleration(VmxAccelerator Accelerator, string Reason)
{
    /// <summary>The accelerator in the contract with the center.</summary>
    public HostAccelerator Message => Accelerator switch
    {
        VmxAccelerator.Emulation => HostAccelerator.Emulation,
        VmxAccelerator.Kvm => HostAccelerator.Kvm,
        VmxAccelerator.KvmWithoutArchCapabilities => HostAccelerator.KvmWithoutArchCapabilities,
        _ => throw new InvalidOperationException($"The accelerator {Accelerator} is none that the center knows."),
    };

    /// <summary>Its word for the log.</summary>
    public string Word => Accelerator switch
    {
        VmxAccelerator.Emulation => "emulation",
        VmxAccelerator.Kvm => "kvm",
        VmxAccelerator.KvmWithoutArchCapabilities => "kvmWithoutArchCapabilities",
        _ => throw new InvalidOperationException($"The accelerator {Accelerator} has no word."),
    };
}
