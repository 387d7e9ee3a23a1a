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
        XtsBackend = m.XtsBackend, KeyMemory = m.KeyMemory, Kvm = m.Kvm, CryptoMode = m.CryptoMode,
        Presentation = m.Presentation is { } p
            ? new KeyPresentation(
                p.HostId, p.ReceiveKey.Memory, p.BootNonce.Memory, p.Signature.Memory, p.HostSpki.Memory, p.FirstSequence)
            : null,
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
        Cpus = m.Cpus, MemoryBytes = m.MemoryBytes, HostKey = m.HostKey.ToModel(), Accelerator = m.Accelerator,
        AcceleratorReason = m.AcceleratorReason,
    };

    /// <summary>To the form that is kept.</summary>
    public static HostDescription ToMessage(this HostFacts f)
    {
        var m = new HostDescription
        {
            HostId = f.HostId, Name = f.Name, Version = f.Version, BootId = f.BootId, HardwareAes = f.HardwareAes,
            XtsBackend = f.XtsBackend, KeyMemory = f.KeyMemory, Kvm = f.Kvm, CryptoMode = f.CryptoMode,
            Presentation = f.Presentation?.ToMessage(), Cpus = f.Cpus, MemoryBytes = f.MemoryBytes,
            HostKey = f.HostKey.ToMessage(), Accelerator = f.Accelerator, AcceleratorReason = f.AcceleratorReason,
        };
        m.Datastores.AddRange(f.Datastores.Select(d => new DatastoreDescription
        {
            Name = d.Name, Path = d.Path, Capacity = d.Capacity, Free = d.Free, Id = d.Id, Problem = d.Problem,
        }));
        m.Keys.AddRange(f.Keys.Select(
            k => new Contracts.Host.HeldKey { Key = k.Key.ToMessage(), Kcv = k.Kcv, Pinned = k.Pinned }));
        return m;
    }

    /// <summary>As the broker takes it.</summary>
    public static HostPresentation ToMessage(this KeyPresentation p) => new()
    {
        HostId = p.HostId, ReceiveKey = ByteString.CopyFrom(p.ReceiveKey.Span), BootNonce = ByteString.CopyFrom(p.BootNonce.Span),
        Signature = ByteString.CopyFrom(p.Signature.Span), HostSpki = ByteString.CopyFrom(p.HostSpki.Span),
        FirstSequence = p.FirstSequence,
    };
}
