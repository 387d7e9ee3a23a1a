using Lorica.Contracts.Vmx;

namespace Lorica.Host.Power;

/// <summary>How this host's guests run, and why so.</summary>
/// <param name="Accelerator">What each vmx is told.</param>
/// <param name="Reason">For operators.</param>
internal sealed record Acceleration(VmxAccelerator Accelerator, string Reason)
{
    /// <summary>The accelerator by its word in the contract with the center.</summary>
    public string Word => Accelerator switch
    {
        VmxAccelerator.Emulation => "emulation",
        VmxAccelerator.Kvm => "kvm",
        VmxAccelerator.KvmWithoutArchCapabilities => "kvmWithoutArchCapabilities",
        _ => throw new InvalidOperationException($"The accelerator {Accelerator} has no word."),
    };
}
