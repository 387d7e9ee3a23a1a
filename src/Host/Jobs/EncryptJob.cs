using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>
/// Encrypts a VM in place: home first, then disks, one KEK for all unless the order names one for an object. Steps, each durable
/// before the next: 1 VMX sealed, with the mark of the job · 2 console sealed · 3 per disk: its descriptor names the job, the
/// VMX's table says that it is encrypted, its data is encrypted in place · 4 mark removed. Killed at any moment, the mark says
/// what was under way, and the next run goes on with the key that the first one used.
/// </summary>
/// <remarks>
/// The table's line comes before the first byte of the data is changed. From then on a plain descriptor is one that was put back,
/// and the disk is refused: encrypted a second time, under a new data key, its data would be lost with the first bundle.
/// </remarks>
internal sealed class EncryptJob : IJobWork
{
    private const long SideFileSpace = Contracts.Vmx.SpaceLimits.SideFile;

    public void Check(JobContext c)
    {
        RekeyRecovery.BeforeUse(c.Home, c.Order.Expectations, c.Keys, c.Log);
        using var home = c.OpenHome();
        var vm = home.Model;
        if (vm.Job is { Kind: not JobKind.Encrypt } other)
            throw Refuse.JobPending(c.About, other.Kind.Word());
        foreach (var disk in vm.Disks.Where(d => vm.Job?.Covers(d.Label) ?? c.Order.Wants(d)))
            RequireNotWeaker(c, disk);
        if (vm.Job is not null || IsDone(c, vm))
            return;

        if (c.Order.Home)
            c.Order.RequireNewKey(vm.Id, c.About, c.Keys);
        foreach (var disk in vm.Disks.Where(c.Order.Wants))
            c.Order.RequireNewKey(disk.ObjectId, c.About, c.Keys);
        if (vm.Encrypted && c.Order.Home)
        {
            throw Refuse.Config("msg.hostd.configSpec.enc.encrypted", c.About, $"{c.About} is encrypted already.",
                "Use a recrypt to change its key.");
        }

        if (!vm.Encrypted && !c.Order.Home)
        {
            throw Refuse.Config(
                "msg.hostd.configSpec.enc.mismatch", c.About, $"Disks of {c.About} are to be encrypted, but its home is not.",
                "Encrypt the home too.");
        }

        foreach (string label in c.Order.Disks ?? [])
        {
            if (vm.Disk(label) is not { } named)
                throw Refuse.With(FaultTypes.NotFound, "lorica.diskNotFound", label, $"{c.About} has no disk {label}.");
            if (named.Encrypted)
            {
                throw Refuse.With(FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.encrypted",
                    c.Home.Registration.DisplayOf(named.FileName), $"The disk {label} of {c.About} is encrypted already.");
            }
        }

        foreach (var disk in vm.Disks.Where(d => !d.Encrypted && c.Order.Wants(d)))
            Vmdk.Open(c.Folder, disk.Name, new DiskExpectation { Encrypted = false }, c.Keys).Dispose();

        c.Table.Datastores.RequireFree(c.Home.Registration.Datastore, SideFileSpace);
    }

    public async Task RunAsync(JobContext c, CancellationToken ct)
    {
        JobMark mark;
        using (var home = c.OpenHome())
        {
            if (home.Model.Job is null && IsDone(c, home.Model))
            {
                c.Home.Confirm(home);
                return;
            }

            mark = home.Model.Job ?? NewMark(c, home.Model);
            c.Job.Plan(Disks(c, home.Model, mark).Sum(d => d.Capacity));

            // Step 1
            c.Job.Step(JobMark.HomePart);
            var lines = home.Model.File.With(VmxKeys.Job, mark.ToString());
            c.Table.Registry.RememberDecrypted(c.Home.Registration.Id, false);
            if (!home.Model.Encrypted)
            {
                c.Home.RewriteEncrypted(
                    home, lines, c.Order.RequireNewKey(home.Model.Id, c.About, c.Keys), c.Order.KnownGeneration(home.Model.Id));
            }
            else if (home.Model.Job is null)
            {
                c.Home.Rewrite(home, lines, HomeKek(c, home));
            }
            else
            {
                c.Home.Confirm(home);
            }
        }

        // Step 2: only a home that was plain when the job began has a console that may be.
        if (mark.Covers(JobMark.HomePart))
        {
            using var home = c.OpenHome();
            await ConsoleFile.SealAsync(c.Home, home.DataFileKey!, ct);
        }

        // Step 3
        foreach (var (label, capacity) in Disks(c, c.Home.ReadModel(), mark).ToArray())
        {
            c.Job.Step(label);
            await EncryptDiskAsync(c, label, ct);
            c.Job.StepDone(capacity);
        }

        // Step 4
        using (var home = c.OpenHome())
            c.Home.Rewrite(home, home.Model.File.Without(VmxKeys.Job), HomeKek(c, home));
    }

    private static async Task EncryptDiskAsync(JobContext c, string label, CancellationToken ct)
    {
        DiskKeys? keys = null;
        VmDiskModel disk;
        using (var home = c.OpenHome())
        {
            disk = home.Model.Disk(label)!;
            var model = Vmdk.ReadModel(c.Folder, disk.Name);
            if (!model.Encrypted || model.Transition is not null)
            {
                // A disk that is half way keeps the key that it was begun with.
                var kek = model.Key is { } begun ? new NamedKek(begun, Require(c, begun))
                    : home.Model.Job!.Covers(JobMark.HomePart) && !c.Order.Keys.ContainsKey(disk.ObjectId) ? HomeKek(c, home)
                    : c.Order.RequireNewKey(disk.ObjectId, c.About, c.Keys);
                keys = new DiskKeys(kek.Id, kek.Key, disk.ObjectId, c.Order.KnownGeneration(disk.ObjectId));
            }
        }

        if (keys is not null)
        {
            // Read once more under its lock: what is known of it counts there too.
            await DiskJob.EncryptAsync(
                c.Folder, disk.Name, IsKnown(c, disk) ? new DiskExpectation { Encrypted = true, ObjectId = disk.ObjectId } : null,
                keys, c.Order.Epoch, () => NoteEncrypted(c, label), c.Progress, ct);
        }

        // Only what opens as this very disk counts as encrypted.
        Vmdk.Open(c.Folder, disk.Name, new DiskExpectation { Encrypted = true, ObjectId = disk.ObjectId }, c.Keys).Dispose();
        NoteEncrypted(c, label);
        c.AfterStep?.Invoke($"3 encrypted {label}");
    }

    /// <summary>The disk's line in the table, durable; also when it stands there already: who wrote it may have failed.</summary>
    private static void NoteEncrypted(JobContext c, string label)
    {
        using var home = c.OpenHome();
        if (home.Model.Disk(label)!.Encrypted)
            c.Home.Confirm(home);
        else
            c.Home.Rewrite(home, home.Model.File.With(VmxKeys.DiskEncrypted(label), "TRUE"), HomeKek(c, home));
        c.AfterStep?.Invoke($"3 noted {label}");
    }

    /// <summary>Whether the sealed table or a record says that the disk is encrypted, if only in part.</summary>
    private static bool IsKnown(JobContext c, VmDiskModel disk) =>
        disk.Encrypted || c.Order.Expectations.Find(disk.ObjectId) is not null;

    private static void RequireNotWeaker(JobContext c, VmDiskModel disk)
    {
        if (IsKnown(c, disk) && !Vmdk.ReadModel(c.Folder, disk.Name).Encrypted)
            throw Refuse.EncryptedBefore(c.Home.Registration.DisplayOf(disk.FileName));
    }

    /// <summary>Whether a run that nobody heard the end of has done it all: only that run can have used this key.</summary>
    private static bool IsDone(JobContext c, VmModel vm)
    {
        if (!vm.Encrypted || (c.Order.Home && vm.Key != c.Order.KeyOf(vm.Id).Id))
            return false;
        var wanted = vm.Disks.Where(c.Order.Wants).ToArray();
        return (c.Order.Home || wanted.Length > 0)
            && wanted.All(d => d.Encrypted && (Vmdk.ReadModel(c.Folder, d.Name).Key == c.Order.KeyOf(d.ObjectId).Id
                || (c.Order.Disks is null && c.Order.Home)));
    }

    private static JobMark NewMark(JobContext c, VmModel vm) => new(JobKind.Encrypt, c.Order.Epoch,
    [
        .. vm.Encrypted ? Array.Empty<string>() : [JobMark.HomePart],
        .. vm.Disks.Where(d => !d.Encrypted && c.Order.Wants(d)).Select(d => d.Label),
    ]);

    private static IEnumerable<(string Label, long Capacity)> Disks(JobContext c, VmModel vm, JobMark mark) => vm.Disks
        .Where(d => mark.Covers(d.Label))
        .Select(d => (d.Label, Vmdk.ReadModel(c.Folder, d.Name).Capacity));

    private static NamedKek HomeKek(JobContext c, OpenedHome home) =>
        new(home.OpenedWith!.Value, Require(c, home.OpenedWith.Value));

    private static KeyBuffer Require(JobContext c, KeyId id) => c.Keys.Find(id)
        ?? throw Refuse.KeysMissing(c.About, $"A key that the encryption of {c.About} was begun with was not found.", [id]);
}
