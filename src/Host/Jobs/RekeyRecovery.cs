using Lorica.Contracts;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Service;

namespace Lorica.Host.Jobs;

/// <summary>
/// Puts an interrupted shallow recrypt right: back while its mark is not committed, forward once it is. Every step can be
/// repeated. The caller holds the VM's lock, or knows that the VM's vmx does.
/// </summary>
internal static class RekeyRecovery
{
    /// <summary>
    /// Before a VM is used for something else: rolls back; a committed recrypt is refused instead, since only its own job may
    /// tell the center that the key has changed.
    /// </summary>
    public static void BeforeUse(VmHome home, Expectations expectations, KeyLease keys, HostLog log)
    {
        switch (home.ReadModel().Rekey)
        {
            case null:
                return;
            case { Committed: true }:
                throw Refuse.JobPending(home.Registration.DisplayPath, JobKind.RecryptShallow.Word());
            default:
                Recover(home, expectations.Find(home.Registration.Id), keys, _ => null, log);
                return;
        }
    }

    /// <summary>
    /// Rolls back or forward, whatever the verified mark says. <paramref name="lockOf"/> gives disk locks that the vmx holds. A
    /// committed recrypt to another key than <paramref name="only"/> is refused and nothing is touched; so is a VMX that is not
    /// what the record says, above all an older one: sealing it again would make it the newest.
    /// </summary>
    /// <returns>The mark that was found; null when there was none.</returns>
    public static RekeyMark? Recover(
        VmHome home, ObjectRecord? record, KeyLease keys, Func<VmDiskModel, DiskLock?> lockOf, HostLog log,
        bool quiet = false, KeyId? only = null, Action<string>? afterStep = null)
    {
        // Before it is opened: its record names the key from before, so that its mark is the better reason.
        if (home.ReadModel().Rekey is { Committed: true, New: var made } && only is { } meant && meant != made)
            throw Refuse.JobPending(home.Registration.DisplayPath, JobKind.RecryptShallow.Word());
        using var opened = home.Open(record, keys);
        if (opened.Model.Rekey is not { } mark)
            return null;
        if (mark.Committed && only is { } own && own != mark.New)
            throw Refuse.JobPending(home.Registration.DisplayPath, JobKind.RecryptShallow.Word());
        home.Confirm(opened);
        using var folder = home.OpenDisks();
        foreach (var disk in opened.Model.Disks)
        {
            var model = Vmdk.ReadModel(folder, disk.Name);
            if (model.Keys.Count < 2)
                continue;

            // The descriptor, which is sealed, names the old key first and the new one second.
            var (drop, keep) = mark.Committed ? (model.Keys[0], model.Keys[1]) : (model.Keys[1], model.Keys[0]);
            using var held = lockOf(disk);
            ShallowRecrypt.DropPair(folder, disk.Name, drop, Require(home, keys, keep), held);
            afterStep?.Invoke($"5 one pair of {disk.Label}");
        }

        var remaining = mark.Committed ? mark.New : mark.Old;
        home.Rewrite(opened, opened.Model.File.Without(VmxKeys.Rekey), new NamedKek(remaining, Require(home, keys, remaining)));
        afterStep?.Invoke("6 mark removed");
        if (!quiet)
            log.RekeyRecovered(home.Registration.Id, mark.Committed ? "rolled forward" : "rolled back");
        return mark;
    }

    private static KeyBuffer Require(VmHome home, KeyLease keys, KeyId id) => keys.Find(id) ?? throw Refuse.KeysMissing(
        home.Registration.DisplayPath,
        $"A recrypt of {home.Registration.DisplayPath} was interrupted and a key that puts it right was not found.", [id]);
}
