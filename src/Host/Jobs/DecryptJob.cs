using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>
/// Decrypts a VM in place: disks first, then home. Steps, each durable before the next: 1 VMX with the mark of the job, and its
/// table says plain for the disks that the mark lists · 2 per disk: data decrypted in place, then the mark says so, then the
/// disk's descriptor · 3 if the home goes too: the host's registry remembers that it did it, VMX plain; else mark removed. Killed
/// at any moment, the mark (or the registry) says what was under way.
/// </summary>
internal sealed class DecryptJob : IJobWork
{
    private const long SideFileSpace = Contracts.Vmx.SpaceLimits.SideFile;

    public void Check(JobContext c)
    {
        if (IsDone(c))
            return;
        RekeyRecovery.BeforeUse(c.Home, c.Order.Expectations, c.Keys, c.Log);
        OpenedVm.RequireKeys(c.Home, c.Keys);
        using var home = c.OpenHome();
        var vm = home.Model;
        if (vm.Job is { Kind: not JobKind.Decrypt } other)
            throw Refuse.JobPending(c.About, other.Kind.Word());
        if (vm.Job is not null)
            return;
        if (!vm.Encrypted)
            throw Refuse.Config("msg.hostd.configSpec.enc.notEncrypted", c.About, $"{c.About} is not encrypted.");
        foreach (string label in c.Order.Disks ?? [])
        {
            if (vm.Disk(label) is not { } named)
                throw Refuse.With(FaultTypes.NotFound, "lorica.diskNotFound", label, $"{c.About} has no disk {label}.");
            if (!named.Encrypted && c.Order.Expectations.Find(named.ObjectId) is null)
            {
                throw Refuse.With(FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.notEncrypted",
                    c.Home.Registration.DisplayOf(named.FileName), $"The disk {label} of {c.About} is not encrypted.");
            }
        }

        if (c.Order.Home && vm.Disks.FirstOrDefault(d => d.Encrypted && !c.Order.Wants(d)) is { } left)
        {
            throw Refuse.Config("msg.hostd.configSpec.enc.mismatch", c.About,
                $"The home of {c.About} is to be decrypted, but its disk {left.Label} stays encrypted.", "Decrypt all disks.");
        }

        foreach (var disk in vm.Disks.Where(d => d.Encrypted && c.Order.Wants(d)))
            Vmdk.Open(c.Folder, disk.Name, c.Order.Expectations.OfDisk(vm, disk), c.Keys).Dispose();
        c.Table.Datastores.RequireFree(c.Home.Registration.Datastore, SideFileSpace);
    }

    public async Task RunAsync(JobContext c, CancellationToken ct)
    {
        if (IsDone(c))
        {
            using var plain = c.Home.Open(null, c.Keys);
            c.Home.Confirm(plain);
            return;
        }

        // Step 1
        JobMark mark;
        VmDiskModel[] disks;
        using (var home = c.OpenHome())
        {
            mark = home.Model.Job ?? NewMark(c, home.Model);
            disks = [.. home.Model.Disks.Where(d => mark.Covers(d.Label))];
            if (home.Model.Job is null)
            {
                var lines = home.Model.File.With(VmxKeys.Job, mark.ToString());
                foreach (var disk in home.Model.Disks.Where(d => mark.Covers(d.Label)))
                    lines = lines.With(VmxKeys.DiskEncrypted(disk.Label), "FALSE");
                c.Home.Rewrite(home, lines, HomeKek(c, home));
            }
            else
            {
                c.Home.Confirm(home);
            }
        }

        try
        {
            await DecryptDisksAsync(c, mark, disks, ct);
        }
        catch (DiskException e) when (e.Kind is DiskErrorKind.NotADisk or DiskErrorKind.HasHardLinks or DiskErrorKind.NoSpace)
        {
            Settle(c);
            throw;
        }

        // Step 3
        using (var home = c.OpenHome())
        {
            c.Job.Step(JobMark.HomePart);
            var lines = home.Model.File.Without(VmxKeys.Job);
            if (!mark.Covers(JobMark.HomePart))
            {
                c.Home.Rewrite(home, lines, HomeKek(c, home));
                return;
            }

            byte[] console = await ConsoleAsync(c, home.DataFileKey!, ct);
            c.Table.Registry.RememberDecrypted(c.Home.Registration.Id, true);
            c.Home.RewritePlain(home, lines);
            if (console.Length > 0)
                await ConsoleFile.SaveAsync(c.Home, null, console, ct);
        }
    }

    /// <summary>
    /// The console of the last run. One that does not verify is set aside as it is: it must not keep the VM's own data from
    /// being decrypted, and what it says is not to be believed.
    /// </summary>
    private static async Task<byte[]> ConsoleAsync(JobContext c, KeyBuffer dataFileKey, CancellationToken ct)
    {
        try
        {
            return await ConsoleFile.LoadAsync(c.Home, dataFileKey, ct);
        }
        catch (CryptoException e)
        {
            c.Log.ConsoleSetAside(c.Home.Registration.Id, ConsoleFile.SetAside(c.Home), e.Message);
            return [];
        }
    }

    private static async Task DecryptDisksAsync(
        JobContext c, JobMark mark, IReadOnlyList<VmDiskModel> disks, CancellationToken ct)
    {
        c.Job.Plan(disks.Sum(d => Vmdk.ReadModel(c.Folder, d.Name).Capacity));
        foreach (var disk in disks)
        {
            c.Job.Step(disk.Label);

            // Step 2
            var model = Vmdk.ReadModel(c.Folder, disk.Name);
            if (NeedsWork(c, disk, model, mark.Finished.Contains(disk.Label)))
            {
                var record = c.Order.Expectations.Find(disk.ObjectId);
                var expectation = new DiskExpectation
                {
                    Encrypted = true, ObjectId = disk.ObjectId, KeyId = record?.Key.ToId(), Kcv = record?.Kcv,
                    Generation = record?.Generation ?? 0,
                };
                await DiskJob.DecryptAsync(
                    c.Folder, disk.Name, expectation, c.Keys, c.Order.Epoch, c.Order.Force, () =>
                        MarkFinished(c, disk.Label), c.Progress, ct);
            }
            else
            {
                // Killed at its very end, it left its side file behind.
                await DiskJob.ResumeAsync(c.Folder, disk.Name, c.Keys, c.Order.Epoch, force: false, progress: null, ct);
            }

            c.Job.StepDone(model.Capacity);
        }
    }

    /// <summary>
    /// Whether a disk has to be decrypted yet. What its descriptor says counts only as far as the sealed mark allows it.
    /// </summary>
    private static bool NeedsWork(JobContext c, VmDiskModel disk, DiskModel model, bool finished)
    {
        string path = c.Home.Registration.DisplayOf(disk.FileName);
        if (!model.Encrypted && !finished)
        {
            throw Refuse.Tampered("weakerThanRecorded", path,
                $"The disk {path} is to be decrypted, but its descriptor is not that of an encrypted disk, and it was not "
                    + "decrypted before.");
        }

        // Its data is plain already: a descriptor from before the job would have it decrypted once more, into noise.
        if (finished && model.Encrypted && model.Transition is not { Kind: TransitionKind.Decrypt })
        {
            throw Refuse.Tampered(
                "olderThanKnown", path, $"The disk {path} has been decrypted, but its descriptor is one from before.");
        }

        return model.Encrypted;
    }

    private static void MarkFinished(JobContext c, string label)
    {
        using var home = c.OpenHome();
        c.Home.Rewrite(home, home.Model.File.With(VmxKeys.Job, home.Model.Job!.WithFinished(label).ToString()), HomeKek(c, home));
    }

    /// <summary>
    /// After a refusal: the table says again what the disks are. The mark goes, unless a disk is half way: then only the job's
    /// end helps.
    /// </summary>
    private static void Settle(JobContext c)
    {
        using var home = c.OpenHome();
        var lines = home.Model.File;
        bool half = false;
        foreach (var disk in home.Model.Disks.Where(d => home.Model.Job?.Covers(d.Label) == true))
        {
            var model = Vmdk.ReadModel(c.Folder, disk.Name);
            half |= model.Transition is not null || !model.Encrypted;
            lines = lines.With(VmxKeys.DiskEncrypted(disk.Label), model.Encrypted && model.Transition is null ? "TRUE" : "FALSE");
        }

        if (!half)
            c.Home.Rewrite(home, lines.Without(VmxKeys.Job), HomeKek(c, home));
    }

    /// <summary>
    /// Whether a run that nobody heard the end of has done it all: the center still has records, but the VMX is plain, and this
    /// host's own registry, which whoever writes the datastore cannot touch, remembers making it so.
    /// </summary>
    private static bool IsDone(JobContext c)
    {
        if (c.Order.Expectations.IsEmpty || c.Table.Registry.Find(c.Home.Registration.Id) is not { Decrypted: true })
            return false;
        var vm = c.Home.ReadModel();
        return !vm.Encrypted && vm.Disks.All(d => !Vmdk.ReadModel(c.Folder, d.Name).Encrypted);
    }

    private static JobMark NewMark(JobContext c, VmModel vm) => new(JobKind.Decrypt, c.Order.Epoch,
    [
        .. c.Order.Home ? [JobMark.HomePart] : Array.Empty<string>(),
        .. vm.Disks.Where(d => d.Encrypted && c.Order.Wants(d)).Select(d => d.Label),
    ]);

    private static NamedKek HomeKek(JobContext c, OpenedHome home)
    {
        var id = home.OpenedWith!.Value;
        return new NamedKek(id, c.Keys.Find(id)!);
    }
}
