using Lorica.Contracts;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Power;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>
/// Shallow recrypt: a new KEK for home and every encrypted disk, data untouched, in any power state. Steps, each durable before
/// the next: 1 VMX with the mark and a second pair for the new KEK · 2 second pair in every disk · 3 each file read again and
/// opened with the new KEK alone · 4 VMX with the new pair only and the mark <c>committed</c>: the one commit point · 5 old pairs
/// dropped from the disks · 6 mark removed. Before step 4 whoever opens the VM next rolls back, afterwards forward: only this
/// job's own key finishes it then.
/// </summary>
internal sealed class RecryptJob : IJobWork
{
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    public void Check(JobContext c)
    {
        c.Order.RequireNewKey(c.About, c.Keys);
        RequireEncrypted(c);
        RekeyRecovery.Recover(c.Home, RecordOf(c), c.Keys, d => LockOf(c, d), c.Log, only: c.Order.NewKey!.Value.Id);
        using var home = OpenHome(c);
        if (home.Model.Job is { } pending)
            throw Refuse.JobPending(c.About, pending.Kind.Word());
        foreach (var disk in EncryptedDisks(home.Model))
            Vmdk.Verify(c.Folder, disk.Name, ExpectationOf(c, home.Model, disk), c.Keys);
    }

    public async Task RunAsync(JobContext c, CancellationToken ct)
    {
        // All of it is quick; a restart of the vmx must not read half of it.
        using (await c.Entry.EnterFilesAsync(ct))
        {
            var next = c.Order.RequireNewKey(c.About, c.Keys);
            c.Entry.Running?.Change(s => s with { Facts = s.Facts.Towards(next) });
            try
            {
                Prepare(c, next);
            }
            catch
            {
                // What failed may have been the last sync of step 4: then the VM is on its way forward, and the job with it.
                if (RekeyRecovery.Recover(c.Home, RecordOf(c), c.Keys, d => LockOf(c, d), c.Log) is not { Committed: true })
                {
                    c.Entry.Running?.Change(s => s with { Facts = s.Facts.Settled() });
                    throw;
                }
            }

            await FinishAsync(c, ct);
            c.Entry.Running?.Change(s => s with { Facts = s.Facts.Arrived(next, o => GenerationOf(c, o)) });
        }
    }

    /// <summary>
    /// Steps 5 and 6. The key has changed: what fails now is tried again before somebody has to be told that it is not finished.
    /// </summary>
    private static async Task FinishAsync(JobContext c, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                RekeyRecovery.Recover(c.Home, RecordOf(c), c.Keys, d => LockOf(c, d), c.Log, quiet: true);
                return;
            }
            catch (Exception e) when (attempt < Attempts && FaultMap.Find(e, c.About) is not null)
            {
                await Task.Delay(FirstPause * attempt * attempt, ct);
            }
        }
    }

    private static long GenerationOf(JobContext c, VerifiedObject o)
    {
        using var home = c.Home.Open(null, c.Keys);
        return o.Label.Length == 0 ? home.Generation : Vmdk.Verify(c.Folder, home.Model.Disk(o.Label)!.Name, null, c.Keys);
    }

    /// <summary>Steps 1 to 4.</summary>
    private static void Prepare(JobContext c, NamedKek next)
    {
        VmModel vm;
        using (var home = OpenHome(c))
        {
            vm = home.Model;
            if (vm.Key == next.Id && EncryptedDisks(vm).All(d => Vmdk.ReadModel(c.Folder, d.Name).Keys is [var only] && only == next.Id))
                return;

            // Step 1
            c.Job.Step(JobMark.HomePart);
            var old = home.OpenedWith!.Value;
            var mark = new RekeyMark(c.Order.Epoch, old, next.Id, Committed: false);
            c.Home.Rewrite(home, vm.File.With(VmxKeys.Rekey, mark.ToString()), new NamedKek(old, c.Keys.Find(old)!), old == next.Id ? null : next);
        }

        // Step 2
        foreach (var disk in EncryptedDisks(vm))
        {
            c.Job.Step(disk.Label);
            var old = Vmdk.ReadModel(c.Folder, disk.Name).Key!.Value;
            using var held = LockOf(c, disk);
            ShallowRecrypt.AddPair(
                c.Folder, disk.Name, ExpectationOf(c, vm, disk), c.Keys.Find(old) ?? throw Missing(c, old), next.Id, next.Key, held);
        }

        // Step 3
        var nextOnly = new OnlyKek(next);
        var kcv = KeyCheckValue.Compute(next.Key);
        foreach (var disk in EncryptedDisks(vm))
            Vmdk.Verify(c.Folder, disk.Name, new DiskExpectation { Encrypted = true, ObjectId = disk.ObjectId, KeyId = next.Id, Kcv = kcv }, nextOnly);

        // Step 4
        using (var home = c.Home.Open(null, nextOnly))
        {
            var mark = home.Model.Rekey! with { Committed = true };
            c.Home.Rewrite(home, home.Model.File.With(VmxKeys.Rekey, mark.ToString()), next);
        }
    }

    private static void RequireEncrypted(JobContext c)
    {
        var vm = c.Home.ReadModel();
        if (!vm.Encrypted && c.Order.Expectations.Find(vm.Id) is null)
            throw Refuse.Config("msg.hostd.configSpec.enc.notEncrypted", c.About, $"{c.About} is not encrypted.", "Encrypt it first.");
    }

    /// <summary>
    /// The VMX, verified. The record may still name the old key after a run that nobody heard the end of: the request itself
    /// names the new one.
    /// </summary>
    private static OpenedHome OpenHome(JobContext c) => c.Home.Open(RecordOf(c), c.Keys);

    private static ObjectRecord? RecordOf(JobContext c) => c.Order.Expectations.Find(c.Home.Registration.Id) is { } record
        ? Meant(c, record, c.Home.ReadModel().Keys)
        : null;

    private static DiskExpectation? ExpectationOf(JobContext c, VmModel vm, VmDiskModel disk)
    {
        if (c.Order.Expectations.Find(disk.ObjectId) is not { } record)
            return c.Order.Expectations.OfDisk(vm, disk);
        var meant = Meant(c, record, Vmdk.ReadModel(c.Folder, disk.Name).Keys);
        return new DiskExpectation
        {
            Encrypted = true, ObjectId = disk.ObjectId, KeyId = meant.Key.ToId(), Kcv = meant.Kcv, Generation = meant.Generation,
        };
    }

    private static ObjectRecord Meant(JobContext c, ObjectRecord record, IReadOnlyList<KeyId> keys)
    {
        var (id, kcv) = c.Order.NewKey!.Value;
        return keys.Contains(record.Key.ToId()) || !keys.Contains(id)
            ? record
            : new ObjectRecord { ObjectId = record.ObjectId, Kind = record.Kind, Generation = record.Generation, Key = id.ToRef(), Kcv = kcv };
    }

    private static IEnumerable<VmDiskModel> EncryptedDisks(VmModel vm) => vm.Disks.Where(d => d.Encrypted);

    private static DiskLock? LockOf(JobContext c, VmDiskModel disk) => c.Entry.Running is { } running
        ? HeldDescriptors.Lock(running.State, disk.Label, c.Home.Registration.DisplayOf(disk.FileName))
        : null;

    private static Exception Missing(JobContext c, KeyId key) => Refuse.KeysMissing(c.About, $"A key of {c.About} was not found.", [key]);
}
