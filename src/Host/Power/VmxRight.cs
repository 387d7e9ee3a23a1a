using Lorica.Disks.Locks;
using Lorica.Host.Home;
using Lorica.Host.Registry;

namespace Lorica.Host.Power;

/// <summary>
/// The right to change the files of a running VM: its vmx holds the lock and renews it, and ends when it has lost it. So the
/// host, which has no lease of its own then, asks before each change whether a vmx of the VM lives, and whether the lock file
/// still says that this host holds it. It is not asked for on the way of guest data, so it may cost a read.
/// </summary>
internal sealed class VmxRight(RunningVm running, VmHome home, VmTable table) : IWriteRight
{
    private volatile string? _lost;

    public bool IsValid
    {
        get
        {
            _lost ??= running.State.Vmx?.IsAlive() == true ? Look() : "the vmx that held its lock has ended";
            return _lost is null;
        }
    }

    public string Reason => _lost ?? "";

    private string? Look()
    {
        try
        {
            return VmLock.Read(home) switch
            {
                null => "its lock file cannot be read",
                { Held: false } => "its vmx has let go of its lock",
                { } record when record.HostId != table.HostId => $"the lock file names the host {record.HostId}",
                { } record when record.Epoch > table.EpochOf(home) => $"the lock file has the epoch {record.Epoch}",
                _ => null,
            };
        }
        catch (IOException e)
        {
            return $"its lock file cannot be read: {e.Message}";
        }
    }
}
