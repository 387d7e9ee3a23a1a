using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Recovery;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>VMs that come, go, move and are copied, and their disks.</summary>
internal static partial class OperationTable
{
    private const string NoDisk = "[ds1] none/none.vmdk";

    private static IEnumerable<OperationRow> LifeRows() =>
    [
        new("VmService.RegisterAsync", Datacenter, [Privileges.RegisterVm],
            (c, who) => Life(c).RegisterAsync(who, new RegisterVmBody { Path = "[ds1] none/none.vmx" }, None)),
        new("VmService.RegisterAsync", Datacenter, [Privileges.RegisterVm, Privileges.CryptoRegisterVm],
            Register(new RegisterVmBody { Path = ForeignPath })),
        new("VmService.RegisterAsync", Datacenter, [Privileges.RegisterVm, Privileges.CryptoRegisterVm, Privileges.Decrypt],
            Register(new RegisterVmBody { Path = ForeignPath, AcceptOlder = true })),
        new("VmService.RegisterAsync", Datacenter,
            [Privileges.RegisterVm, Privileges.CryptoRegisterVm, Privileges.CryptoAccess],
            Register(new RegisterVmBody { Path = ForeignPath, AcceptChanged = true })),
        new(TaskKinds.Unregister, "leaving", [Privileges.UnregisterVm],
            (c, who) => Life(c).UnregisterAsync(who, "leaving", fenced: false, None)),
        new(TaskKinds.Unlock, Datacenter, [Privileges.CryptoRegisterVm],
            (c, who) => Life(c).UnlockAsync(who, "plain", deactivated: false, None)),
        new(TaskKinds.Unlock, Datacenter, [Privileges.CryptoRegisterVm, Privileges.Recrypt],
            (c, who) => Life(c).UnlockAsync(who, "plain", deactivated: true, None))
        { Elsewhere = new Dictionary<string, string> { [Privileges.Recrypt] = "plain" } },
        new("RepairService.RepairAsync", "enc", [Privileges.CryptoRegisterVm, Privileges.Decrypt, Privileges.CryptoAccess],
            (c, who) => c.Service<RepairService>().RepairAsync(who, "enc", new RepairVmBody(), None)),
        new(TaskKinds.Rename, "plain", [Privileges.RenameVm],
            (c, who) => Life(c).RenameAsync(who, "plain", new RenameVmBody(""), None)),
        new("VmMover.MoveAsync", "plain", [Privileges.MoveVm],
            (c, who) => Life(c).MoveAsync(who, "plain", new MoveVmBody(Datacenter), None)),
        new(TaskKinds.Migrate, "plain", [Privileges.ColdMigrate],
            (c, who) => Life(c).MigrateAsync(who, "plain", new MigrateVmBody("none"), None)),
        new(TaskKinds.Migrate, "enc", [Privileges.ColdMigrate, Privileges.CryptoMigrate],
            (c, who) => Life(c).MigrateAsync(who, "enc", new MigrateVmBody("none"), None)),
        new(TaskKinds.AddDisk, "plain", [Privileges.AddNewDisk, Privileges.AllocateSpace], AddDisk("plain", null))
        { Elsewhere = SpaceAtDatacenter },
        new(TaskKinds.AddDisk, "enc", [Privileges.AddNewDisk, Privileges.CryptoAddDisk, Privileges.AllocateSpace],
            AddDisk("enc", null))
        { Elsewhere = SpaceAtDatacenter },
        new(TaskKinds.AddDisk, "enc",
            [Privileges.AddNewDisk, Privileges.CryptoAddDisk, Privileges.CryptoAccess, Privileges.AllocateSpace],
            AddDisk("enc", TestCenter.DefaultPolicy))
        { Elsewhere = SpaceAtDatacenter },
        new(TaskKinds.AttachDisk, "plain", [Privileges.AddExistingDisk], AttachDisk("plain", null)),
        new(TaskKinds.AttachDisk, "enc", [Privileges.AddExistingDisk, Privileges.CryptoAddDisk],
            AttachDisk("enc", TestCenter.EncryptionPolicy)),
        new(TaskKinds.AttachDisk, "enc", [Privileges.AddExistingDisk, Privileges.CryptoAddDisk, Privileges.CryptoAccess],
            AttachDisk("enc", null)),
        new(TaskKinds.DetachDisk, "plain", [Privileges.RemoveDisk],
            (c, who) => Life(c).DetachDiskAsync(who, "plain", "none", remove: false, None)),
        new(TaskKinds.RemoveDisk, "plain", [Privileges.RemoveDisk],
            (c, who) => Life(c).DetachDiskAsync(who, "plain", "none", remove: true, None)),
        new(TaskKinds.ResizeDisk, "plain", [Privileges.ExtendDisk],
            (c, who) => Life(c).ResizeDiskAsync(who, "plain", "none", new ResizeDiskBody(1 << 21), None)),
        Clone("plain", null, Privileges.CloneVm, Privileges.CreateVmFromExisting),
        Clone("plain", TestCenter.EncryptionPolicy, Privileges.CloneVm, Privileges.CreateVmFromExisting, Privileges.EncryptNew),
        Clone("enc", null, Privileges.CloneVm, Privileges.CreateVmFromExisting, Privileges.CryptoClone),
        Clone("enc", TestCenter.EncryptionPolicy, Privileges.CloneVm, Privileges.CreateVmFromExisting, Privileges.CryptoClone,
            Privileges.EncryptNew),
        new(TaskKinds.Relocate, "plain", [Privileges.ColdMigrate, Privileges.AllocateSpace],
            (c, who) => Vms(c).RelocateAsync(who, "plain", NoFormat, None))
        { Elsewhere = SpaceAtDatacenter },
        new(TaskKinds.Relocate, "enc", [Privileges.ColdMigrate, Privileges.CryptoMigrate, Privileges.AllocateSpace],
            (c, who) => Vms(c).RelocateAsync(who, "enc", NoFormat, None))
        { Elsewhere = SpaceAtDatacenter },
    ];

    private static Dictionary<string, string> SpaceAtDatacenter => new() { [Privileges.AllocateSpace] = Datacenter };

    private static RelocateVmBody NoFormat => new(DiskFormat: "none");

    private static VmFace Life(TestCenter center) => center.Vms;

    /// <summary>Under another name: refused after the privileges.</summary>
    private static Func<TestCenter, Caller, Task> Register(RegisterVmBody body) =>
        (c, who) => Life(c).RegisterAsync(who, body with { Name = "other" }, None);

    private static Func<TestCenter, Caller, Task> AddDisk(string vm, string? policy) => (c, who) =>
        Life(c).AddDiskAsync(who, vm, new AddDiskBody { Capacity = 1 << 20, Label = "virtio0:0", Policy = policy }, None);

    private static Func<TestCenter, Caller, Task> AttachDisk(string vm, string? policy) => (c, who) =>
        Life(c).AttachDiskAsync(who, vm, new AttachDiskBody { Path = NoDisk, Policy = policy }, None);

    private static OperationRow Clone(string vm, string? policy, params string[] privileges) =>
        new(TaskKinds.Clone, vm, [.. privileges, Privileges.AllocateSpace],
            (c, who) => Vms(c).CloneAsync(who, vm, new CloneVmBody("", Policy: policy), None))
        {
            Elsewhere = new Dictionary<string, string>
            {
                [Privileges.CreateVmFromExisting] = Datacenter, [Privileges.EncryptNew] = Datacenter,
                [Privileges.AllocateSpace] = Datacenter,
            },
        };
}
