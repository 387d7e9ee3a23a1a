using Google.Protobuf;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>What hosts say of themselves, from and to the wire. A held key without a name is none.</summary>
internal static class HostMessages
{
    /// <summary>From the wire.</summary>
    public static HostFacts ToModel(this HostDescription m) => new()
    {
        HostId = m.HostId, Name = m.Name, Version = m.Version, BootId = m.BootId, HardwareAes = m.HardwareAes,
        XtsBackend = m.XtsBackend, KeyMemory = m.KeyMemory, Kvm = m.Kvm, CryptoMode = m.CryptoMode.ToModel(),
        Presentation = m.Presentation.ToModel(),
        Datastores =
        [
            .. m.Datastores.Select(d => new HostDatastore
            {
                Name = d.Name, Path = d.Path, Capacity = d.Capacity, Free = d.Free, Id = d.Id, Problem = d.Problem,
            }),
        ],
        Keys =
        [
            .. m.Keys.Where(k => k.Key is not null)
                .Select(k => new Model.HeldKey(new KeyName(k.Key.Provider, k.Key.KeyId), k.Kcv, k.Pinned)),
        ],
        Cpus = m.Cpus, MemoryBytes = m.MemoryBytes, HostKey = m.HostKey.ToModel(), Accelerator = m.Accelerator.ToModel(),
        AcceleratorReason = m.AcceleratorReason,
    };

    /// <summary>From the wire.</summary>
    public static KeyPresentation? ToModel(this HostPresentation? m) => m is null ? null : new KeyPresentation(
        m.HostId, m.ReceiveKey.Memory, m.BootNonce.Memory, m.Signature.Memory, m.HostSpki.Memory, m.FirstSequence);

    /// <summary>As the broker takes it.</summary>
    public static HostPresentation ToMessage(this KeyPresentation p) => new()
    {
        HostId = p.HostId, ReceiveKey = ByteString.CopyFrom(p.ReceiveKey.Span), BootNonce = ByteString.CopyFrom(p.BootNonce.Span),
        Signature = ByteString.CopyFrom(p.Signature.Span), HostSpki = ByteString.CopyFrom(p.HostSpki.Span),
        FirstSequence = p.FirstSequence,
    };
}
