using Lorica.Disks.Locks;
using Lorica.Host.Home;
using Lorica.Host.Registry;

namespace Lorica.Host.Power;

/// <summary>
/// The right to change the files of a running VM: its vmx holds the lock and renews it, and ends when it has lost it. So the
/// host, which has no lease of its own then, asks before each change whether a vmx of the VM lives, and whether the lock file
/// still says that this host holds it. A file that cannot be read allows nothing, but may be read again. It is not asked for on
/// the way of guest data, so it may cost a read.
/// </summary>
internal sealed class VmxRight(RunningVm running, VmHome home, VmTable table) : IWriteRight
{
    private volatile Loss? _lost;
    private volatile string? _unseen;

    public bool IsValid
    {
        get
        {
            _lost ??= running.State.Vmx?.IsAlive() == true
                ? Look() : new Loss("the vmx that held its lock has ended", Away: true);
            return _lost is null && _unseen is null;
        }
    }

    public string Reason => _lost?.Reason ?? _unseen ?? "";

    public bool IsAway => _lost?.Away == true;

    private Loss? Look()
    {
        try
        {
            var found = VmLock.Read(home);
            _unseen = found is null ? "its lock file holds no record" : null;
            return found switch
            {
                null => null,
                _ when found.HostId != table.HostId => new Loss($"the lock file names the host {found.HostId}"),
                _ when found.Epoch > table.EpochOf(home) => new Loss($"the lock file has the epoch {found.Epoch}"),
                { Held: false } => new Loss("its vmx has let go of its lock", Away: true),
                _ => null,
            };
        }
        catch (IOException e)
        {
            _unseen = $"its lock file cannot be read: {e.Message}";
            return null;
        }
    }

    private sealed record Loss(string Reason, bool Away = false);
}
