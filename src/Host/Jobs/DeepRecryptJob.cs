using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>
/// Deep recrypt of a VM that is off: new data keys, new KEKs, data rewritten in place. Disks first, then home. Steps, each
/// durable before the next: 1 VMX with the mark of the job · 2 per disk: rekeyed in place (docs/formats/in-place-change.md), then
/// the mark says so · 3 if the home is covered: VMX under a new dataFileKey and the new KEK, its bundle keeps the old
/// dataFileKey, the mark says so · 4 console sealed anew · 5 old dataFileKey and mark removed.
/// </summary>
/// <remarks>
/// <code>
///   encrypted ─1─► marked ─2─► disks under new keys ─3─► home under new keys, old dataFileKey kept ─4─► console ─5─► encrypted
///                    │ └─ killed anywhere: the mark says what is left; a disk half way says so itself
///                    └─ refused before a disk is half way: the mark goes, what is finished stays finished
/// </code>
/// </remarks>
internal sealed class DeepRecryptJob : IJobWork
{
    /// <summary>Name of the secret that holds the dataFileKey from before, between steps 3 and 5.</summary>
    public const string OldDataFileKey = "rekey.from";

    private const long SideFileSpace = Contracts.Vmx.SpaceLimits.SideFile;

    public void Check(JobContext c)
    {
        RekeyRecovery.BeforeUse(c.Home, c.Order.Expectations, c.Keys, c.Log);
        OpenedVm.RequireKeys(c.Home, c.Keys);
        using var home = Meant.OpenHome(c);
        var vm = home.Model;
        if (vm.Job is { Kind: not JobKind.RecryptDeep } other)
            throw Refuse.JobPending(c.About, other.Kind.Word());
        if (!vm.Encrypted)
        {
            throw Refuse.Config(
                "msg.hostd.configSpec.enc.notEncrypted", c.About, $"{c.About} is not encrypted.", "Encrypt it first.");
        }

        if (c.Order.Home)
            c.Order.RequireNewKey(vm.Id, c.About, c.Keys);
        Meant.RequireEncryptedDisks(c, vm);
        foreach (var disk in vm.Disks.Where(d => d.Encrypted && c.Order.Wants(d)))
            c.Order.RequireNewKey(disk.ObjectId, c.About, c.Keys);
        if (vm.Job is not null || IsDone(c, vm))
            return;
        foreach (var disk in vm.Disks.Where(d => d.Encrypted))
            Vmdk.Open(c.Folder, disk.Name, Meant.ExpectationOf(c, vm, disk), c.Keys).Dispose();
        c.Table.Datastores.RequireFree(c.Home.Registration.Datastore, SideFileSpace);
    }

    public async Task RunAsync(JobContext c, CancellationToken ct)
    {
        JobMark mark;
        VmDiskModel[] disks;
        using (var home = Meant.OpenHome(c))
        {
            if (home.Model.Job is null && IsDone(c, home.Model))
            {
                c.Home.Confirm(home);
                return;
            }

            // Step 1
            mark = home.Model.Job ?? NewMark(c, home.Model);
            disks = [.. home.Model.Disks.Where(d => mark.Covers(d.Label))];
            if (home.Model.Job is null)
                c.Home.Rewrite(home, home.Model.File.With(VmxKeys.Job, mark.ToString()), Kek(c, home));
            else
                c.Home.Confirm(home);
        }

        c.Job.Plan(disks.Sum(d => Vmdk.ReadModel(c.Folder, d.Name).Capacity));
        try
        {
            // Step 2
            foreach (var disk in disks)
            {
                c.Job.Step(disk.Label);
                long capacity = Vmdk.ReadModel(c.Folder, disk.Name).Capacity;
                if (!mark.Finished.Contains(disk.Label))
                    await RekeyDiskAsync(c, disk, ct);
                c.Job.StepDone(capacity);
            }
        }
        catch (DiskException e) when (e.Kind is DiskErrorKind.NotADisk or DiskErrorKind.HasHardLinks or DiskErrorKind.NoSpace)
        {
            Settle(c);
            throw;
        }

        await RekeyHomeAsync(c, ct);
    }

    private static async Task RekeyDiskAsync(JobContext c, VmDiskModel disk, CancellationToken ct)
    {
        var (id, kcv) = c.Order.KeyOf(disk.ObjectId);
        var model = Vmdk.ReadModel(c.Folder, disk.Name);
        if (!IsUnderNewKey(c, disk, model))
        {
            var kek = c.Order.RequireNewKey(disk.ObjectId, c.About, c.Keys);
            var record = c.Order.Expectations.Find(disk.ObjectId);
            var expectation = new DiskExpectation
            {
                Encrypted = true, ObjectId = disk.ObjectId, KeyId = record?.Key.ToId(), Kcv = record?.Kcv,
                Generation = record?.Generation ?? 0,
            };
            await DiskJob.RekeyAsync(c.Folder, disk.Name, expectation, c.Keys, new DiskKeys(kek.Id, kek.Key, disk.ObjectId),
                c.Order.Epoch, c.Order.Force, c.Progress, ct);
        }

        // Only what opens as this very disk, under the key it was to get, counts as finished.
        Vmdk.Open(c.Folder, disk.Name,
            new DiskExpectation { Encrypted = true, ObjectId = disk.ObjectId, KeyId = id, Kcv = kcv }, c.Keys)
            .Dispose();
        MarkFinished(c, disk.Label);
    }

    /// <summary>Steps 3 to 5.</summary>
    private static async Task RekeyHomeAsync(JobContext c, CancellationToken ct)
    {
        c.Job.Step(JobMark.HomePart);
        using (var home = Meant.OpenHome(c))
        {
            var mark = home.Model.Job!;
            if (!mark.Covers(JobMark.HomePart))
            {
                c.Home.Rewrite(home, home.Model.File.Without(VmxKeys.Job), Kek(c, home));
                return;
            }

            // Step 3
            if (!mark.Finished.Contains(JobMark.HomePart))
            {
                var lines = home.Model.File.With(VmxKeys.Job, mark.WithFinished(JobMark.HomePart).ToString());
                c.Home.RewriteRekeyed(home, lines, c.Order.RequireNewKey(home.Model.Id, c.About, c.Keys), OldDataFileKey);
            }
        }

        using (var home = Meant.OpenHome(c))
        {
            // Step 4
            try
            {
                await ConsoleFile.ResealAsync(
                    c.Home, home.Contents!.Secrets.GetValueOrDefault(OldDataFileKey), home.DataFileKey!, ct);
            }
            catch (CryptoException e)
            {
                // Set aside as it is: a console that does not verify must not keep the VM between two keys.
                c.Log.ConsoleSetAside(c.Home.Registration.Id, ConsoleFile.SetAside(c.Home), e.Message);
            }

            // Step 5
            c.Home.RewriteWithout(home, home.Model.File.Without(VmxKeys.Job), Kek(c, home), OldDataFileKey);
        }
    }

    private static void MarkFinished(JobContext c, string label)
    {
        using var home = Meant.OpenHome(c);
        c.Home.Rewrite(home, home.Model.File.With(VmxKeys.Job, home.Model.Job!.WithFinished(label).ToString()), Kek(c, home));
    }

    /// <summary>
    /// After a refusal: the mark goes, unless a disk is half way. A disk that is finished is whole under its new keys, one that
    /// was not begun under its old ones.
    /// </summary>
    private static void Settle(JobContext c)
    {
        using var home = Meant.OpenHome(c);
        if (home.Model.Disks.All(d => Vmdk.ReadModel(c.Folder, d.Name).Transition is null))
            c.Home.Rewrite(home, home.Model.File.Without(VmxKeys.Job), Kek(c, home));
    }

    /// <summary>Whether a run that nobody heard the end of has done this disk: only that run can have used the new key.</summary>
    private static bool IsUnderNewKey(JobContext c, VmDiskModel disk, DiskModel model) =>
        model.Transition is null && model.Key == c.Order.KeyOf(disk.ObjectId).Id
        && c.Order.Expectations.Find(disk.ObjectId) is { } record && record.Key.ToId() != model.Key;

    /// <summary>
    /// The same of all that was asked. Under a key that it had before, that cannot be told: it is done once more.
    /// </summary>
    private static bool IsDone(JobContext c, VmModel vm)
    {
        var wanted = vm.Disks.Where(d => d.Encrypted && c.Order.Wants(d)).ToArray();
        bool home = !c.Order.Home || (vm.Key == c.Order.KeyOf(vm.Id).Id
            && c.Order.Expectations.Find(vm.Id) is { } record && record.Key.ToId() != vm.Key);
        return home && (c.Order.Home || wanted.Length > 0)
            && wanted.All(d => IsUnderNewKey(c, d, Vmdk.ReadModel(c.Folder, d.Name)));
    }

    private static JobMark NewMark(JobContext c, VmModel vm) => new(JobKind.RecryptDeep, c.Order.Epoch,
    [
        .. c.Order.Home ? [JobMark.HomePart] : Array.Empty<string>(),
        .. vm.Disks.Where(d => d.Encrypted && c.Order.Wants(d)).Select(d => d.Label),
    ]);

    private static NamedKek Kek(JobContext c, OpenedHome home)
    {
        var id = home.OpenedWith!.Value;
        return new NamedKek(id, c.Keys.Find(id)!);
    }
}
