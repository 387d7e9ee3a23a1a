using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Which work a task of this folder is.</summary>
internal sealed class LifeWorks(
    RegisterWork register, UnregisterWork unregister, UnlockWork unlock, RenameWork rename, MigrateWork migrate, DiskWork disks)
{
    /// <summary>The work of a kind; null when it is none of these.</summary>
    public Func<WorkContext, CancellationToken, Task>? Find(string kind) => kind switch
    {
        TaskKinds.Register => register.RunAsync,
        TaskKinds.Unregister => unregister.RunAsync,
        TaskKinds.Unlock => unlock.RunAsync,
        TaskKinds.Rename => rename.RunAsync,
        TaskKinds.Migrate => migrate.RunAsync,
        TaskKinds.AddDisk or TaskKinds.AttachDisk or TaskKinds.DetachDisk or TaskKinds.RemoveDisk or TaskKinds.ResizeDisk =>
            disks.RunAsync,
        _ => null,
    };
}
