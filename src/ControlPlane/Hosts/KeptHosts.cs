using Lorica.Contracts.Kept;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Descriptions of hosts, from and to the form in which rows keep them: words. A word that is none says
/// nothing.</summary>
internal static class KeptHosts
{
    /// <summary>From the form that is kept.</summary>
    public static HostFacts ToModel(this KeptHost m) => new()
    {
        HostId = m.HostId, Name = m.Name, Version = m.Version, BootId = m.BootId, HardwareAes = m.HardwareAes,
        XtsBackend = m.XtsBackend, KeyMemory = m.KeyMemory, Kvm = m.Kvm, CryptoMode = HostWords.CryptoModes.Find(m.CryptoMode),
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
            .. m.Keys.Where(k => k.Key is not null).Select(k => new HeldKey(k.Key.ToModel()!, k.Kcv, k.Pinned)),
        ],
        Cpus = m.Cpus, MemoryBytes = m.MemoryBytes, HostKey = m.HostKey.ToModel(),
        Accelerator = HostWords.Accelerators.Find(m.Accelerator),
        AcceleratorReason = m.AcceleratorReason,
    };

    /// <summary>To the form that is kept.</summary>
    public static KeptHost ToKept(this HostFacts f)
    {
        var m = new KeptHost
        {
            HostId = f.HostId, Name = f.Name, Version = f.Version, BootId = f.BootId, HardwareAes = f.HardwareAes,
            XtsBackend = f.XtsBackend, KeyMemory = f.KeyMemory, Kvm = f.Kvm, CryptoMode = f.CryptoMode?.Word() ?? "",
            Presentation = f.Presentation?.ToMessage(), Cpus = f.Cpus, MemoryBytes = f.MemoryBytes,
            HostKey = f.HostKey.ToMessage(), Accelerator = f.Accelerator?.Word() ?? "", AcceleratorReason = f.AcceleratorReason,
        };
        m.Datastores.AddRange(f.Datastores.Select(d => new KeptDatastore
        {
            Name = d.Name, Path = d.Path, Capacity = d.Capacity, Free = d.Free, Id = d.Id, Problem = d.Problem,
        }));
        m.Keys.AddRange(f.Keys.Select(k => new KeptKey { Key = k.Key.ToMessage(), Kcv = k.Kcv, Pinned = k.Pinned }));
        return m;
    }
}
