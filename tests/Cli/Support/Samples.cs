using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests.Support;

/// <summary>Objects of the API.</summary>
internal static class Samples
{
    public static readonly KeyModel Key = new("default", "key-1");

    public static readonly PolicyRefModel Encryption = new("4d5f673c-536f-11e6-beb8-9e71128cae77", "VM Encryption Policy");

    public static TaskModel Task(
        string id = "17", string kind = "vm.encrypt", string state = "running", int percent = 0, Fault? fault = null)
        => new(id, kind, "web1", state, percent, "", 0, 0, "administrator", DateTimeOffset.UnixEpoch,
            state is "succeeded" or "failed" ? DateTimeOffset.UnixEpoch.AddSeconds(9) : null, fault);

    public static VmModel Vm() => new()
    {
        Id = "0b9f0f5e-0000-4000-8000-000000000001", Name = "web1", PowerState = "poweredOff", Encrypted = true,
        CryptoState = "unlocked",
        Key = Key, Policy = Encryption, Compliance = "compliant", Host = "localhost", Path = "[datastore1] web1/web1.vmx",
        Cpus = 1, MemoryMib = 256,
        Disks =
        [
            new DiskModel("virtio0:0", "[datastore1] web1/web1.vmdk", 1L << 30, true, Key, Encryption, "compliant", 1L << 20,
                "thin"),
        ],
    };

    public static VmModel Locked() => Vm() with { CryptoState = "locked", LockedKeys = [Missing] };

    public static readonly KeyReason Missing = new("default", "key-1", KeyReasons.ProviderUnreachable, "connection refused");
}
