namespace Lorica.Model;

/// <summary>How guests run on a host. <see cref="HostWords"/> has the words.</summary>
public enum HostAccelerator
{
    /// <summary>QEMU's TCG.</summary>
    Emulation,

    /// <summary>KVM, with the processor as it is.</summary>
    Kvm,

    /// <summary>KVM where the kernel lets nobody set that feature.</summary>
    KvmWithoutArchCapabilities,
}
