using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Power;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>
/// Shallow recrypt: a new KEK for home and encrypted disks (those that the order names), data untouched, in any power state.
/// Steps, each durable before the next: 1 VMX with the mark and a second pair for the new KEK · 2 second pair in every disk · 3
/// each file read again and opened with the new KEK alone · 4 VMX with the new pair only and the mark <c>committed</c>: the one
/// commit point · 5 old pairs dropped from the disks · 6 mark removed. Before step 4 whoever opens the VM next rolls back,
/// afterwards forward: only this job's own key finishes it then.
/// </summary>
internal sealed class ShallowRecryptJob : IJobWork
{
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    public void Check(JobContext c)
    {
        RequireEncrypted(c);
        NextOf(c, c.Home.ReadModel());
        RekeyRecovery.Recover(
            c.Home, Meant.RecordOf(c), c.Keys, d =>
                LockOf(c, d), c.Log, only: c.Order.Home ? c.Order.KeyOf(c.Home.Registration.Id).Id : null);
        using var home = Meant.OpenHome(c);
        if (home.Model.Job is { } pending)
            throw Refuse.JobPending(c.About, pending.Kind.Word());
        foreach (var disk in home.Model.Disks.Where(d => d.Encrypted))
            Vmdk.Verify(c.Folder, disk.Name, Meant.ExpectationOf(c, home.Model, disk), c.Keys);
    }

    public async Task RunAsync(JobContext c, CancellationToken ct)
    {
        // All of it is quick; a restart of the vmx must not read half of it.
        using (await c.Entry.EnterFilesAsync(ct))
        {
            var next = NextOf(c, c.Home.ReadModel());
            NamedKek? Of(VerifiedObject o) => next.TryGetValue(o.Id, out var kek) ? kek : null;
            c.Entry.Running?.Change(s => s with { Facts = s.Facts.Towards(Of) });
            try
            {
                Prepare(c, next);
            }
            catch
            {
                // What failed may have been the last sync of step 4: then the VM is on its way forward, and the job with it.
                if (RekeyRecovery.Recover(c.Home, Meant.RecordOf(c), c.Keys, d => LockOf(c, d), c.Log) is not { Committed: true })
                {
                    c.Entry.Running?.Change(s => s with { Facts = s.Facts.Settled() });
                    throw;
                }
            }

            await FinishAsync(c, ct);
            c.Entry.Running?.Change(s => s with { Facts = s.Facts.Arrived(Of, o => GenerationOf(c, o)) });
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
                RekeyRecovery.Recover(
                    c.Home, Meant.RecordOf(c), c.Keys, d => LockOf(c, d), c.Log, quiet: true, afterStep: c.AfterStep);
                return;
            }
            catch (Exception e) when (attempt < Attempts
                && FaultMap.Find(e, c.About) is { } fault && !Refuse.IsWithoutRight(fault))
            {
                await Task.Delay(FirstPause * attempt * attempt, ct);
            }
        }
    }

    private static long GenerationOf(JobContext c, VerifiedObject o)
    {
        using var home = c.Home.Open(null, c.Keys);
        return o.Id == home.Model.Id
            ? home.Generation
            : Vmdk.Verify(
                c.Folder, home.Model.Disks.SelectMany(d => d.Links).First(l => l.ObjectId == o.Id).Name, null, c.Keys);
    }

    /// <summary>Steps 1 to 4.</summary>
    private static void Prepare(JobContext c, Dictionary<Guid, NamedKek> next)
    {
        VmModel vm;
        NamedKek homeNext;
        VmDiskModel[] disks;
        using (var home = Meant.OpenHome(c))
        {
            vm = home.Model;
            disks = [.. vm.Disks.Where(d => next.ContainsKey(d.ObjectId))];
            var old = new NamedKek(home.OpenedWith!.Value, c.Keys.Find(home.OpenedWith.Value)!);
            homeNext = next.GetValueOrDefault(vm.Id, old);
            if (vm.Key == homeNext.Id
                && disks.All(d => Vmdk.ReadModel(c.Folder, d.Name).Keys is [var only] && only == next[d.ObjectId].Id))
            {
                return;
            }

            // Step 1
            c.Job.Step(JobMark.HomePart);
            var mark = new RekeyMark(c.Order.Epoch, old.Id, homeNext.Id, Committed: false);
            c.Home.Rewrite(home, vm.File.With(VmxKeys.Rekey, mark.ToString()), old, old.Id == homeNext.Id ? null : homeNext);
            c.AfterStep?.Invoke("1 mark and second pair of the home");
        }

        // Step 2
        foreach (var disk in disks)
        {
            c.Job.Step(disk.Label);
            var old = Vmdk.ReadModel(c.Folder, disk.Name).Key!.Value;
            var kek = next[disk.ObjectId];
            using var held = LockOf(c, disk);
            if (old != kek.Id)
            {
                ShallowRecrypt.AddPair(
                    c.Folder, disk.Name, Meant.ExpectationOf(c, vm, disk), c.Keys.Find(old) ?? throw Missing(c, old),
                    kek.Id, kek.Key, held);
                c.AfterStep?.Invoke($"2 second pair of {disk.Label}");
            }
        }

        // Step 3
        foreach (var disk in disks)
        {
            var kek = next[disk.ObjectId];
            Vmdk.Verify(c.Folder, disk.Name,
                new DiskExpectation
                {
                    Encrypted = true, ObjectId = disk.ObjectId, KeyId = kek.Id, Kcv = KeyCheckValue.Compute(kek.Key),
                },
                new SingleKekSource(kek));
        }

        // Step 4
        using (var home = c.Home.Open(null, new SingleKekSource(homeNext)))
        {
            var mark = home.Model.Rekey! with { Committed = true };
            c.Home.Rewrite(home, home.Model.File.With(VmxKeys.Rekey, mark.ToString()), homeNext);
            c.AfterStep?.Invoke("4 committed");
        }
    }

    /// <summary>The new KEK of each object that the order names and that is encrypted.</summary>
    private static Dictionary<Guid, NamedKek> NextOf(JobContext c, VmModel vm)
    {
        var next = new Dictionary<Guid, NamedKek>();
        if (c.Order.Home)
            next.Add(vm.Id, c.Order.RequireNewKey(vm.Id, c.About, c.Keys));
        Meant.RequireEncryptedDisks(c, vm);
        foreach (var disk in vm.Disks.Where(d => d.Encrypted && c.Order.Wants(d)))
            next.Add(disk.ObjectId, c.Order.RequireNewKey(disk.ObjectId, c.About, c.Keys));
        return next;
    }

    private static void RequireEncrypted(JobContext c)
    {
        var vm = c.Home.ReadModel();
        if (!vm.Encrypted && c.Order.Expectations.Find(vm.Id) is null)
        {
            throw Refuse.Config(
                "msg.hostd.configSpec.enc.notEncrypted", c.About, $"{c.About} is not encrypted.", "Encrypt it first.");
        }
    }

    private static DiskLock? LockOf(JobContext c, VmDiskModel disk) => c.Entry.Running is { } running
        ? HeldDescriptors.Lock(running.State, disk.ObjectId, c.Home.Registration.DisplayOf(disk.FileName))
        : null;

    private static Exception Missing(JobContext c, KeyId key) =>
        Refuse.KeysMissing(c.About, $"A key of {c.About} was not found.", [key]);
}
