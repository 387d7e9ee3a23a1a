using Lorica.Contracts.Faults;
using Lorica.Disks;
using Lorica.Host.Creation;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Jobs;

/// <summary>
/// Moves a VM that is off to another datastore, or to another disk format: the VM's own files and the disks that its VMX names
/// (<see cref="VmFiles"/>). Steps, each durable before the next: 1 the registry
/// notes where to · 2 files copied into <c>.relocate-ID-EPOCH</c>, with a free lock file of the same epoch, the VMX last · 3
/// that folder renamed to its name · 4 the registry switches and notes where from: the one commit point · 5 the old files
/// removed. Killed before step 4 the VM is where it was, afterwards where it was to go; the next start of the host removes the
/// other (<see cref="RelocationLeftovers"/>).
/// </summary>
/// <remarks>
/// <code>
/// from          to            what is done with the disk
/// any           the same      files copied as they are: ciphertext stays ciphertext, no key is needed
/// lazyZeroed    thin          the same, and the result says that it stays lazily zeroed
/// thin          lazyZeroed    written anew: the descriptor says how it takes space, and is sealed
/// eagerZeroed   the others    written anew: the zero rule changes from error to hole, so each sector is looked at in plain text
/// the others    eagerZeroed   written anew: from hole to error, so each zero gets its ciphertext
/// </code>
/// Written anew: a new data key under the same KEK, at the next generation, encrypted in
/// memory; no plain byte reaches a datastore.
/// </remarks>
internal sealed class RelocateJob : IJobWork
{
    public bool CanBeCancelled => true;

    public void Check(JobContext c)
    {
        var (datastore, format) = c.Order.Relocate!.Value;
        if (IsDone(c))
            return;
        c.Table.Datastores.PathOf(datastore);
        var vm = c.Home.ReadModel();
        if (vm.PendingJob is { } pending)
            throw Refuse.JobPending(c.About, pending.Word());
        RequireOwnDisks(c, vm);
        long needed = 0;
        foreach (var disk in vm.Disks)
        {
            var model = Vmdk.ReadModel(c.Folder, disk.Name);
            if (model.Transition is { } transition)
            {
                throw Refuse.JobPending(
                    c.Home.Registration.DisplayOf(disk.FileName), transition.Kind.Word());
            }

            needed += TargetOf(model, format) == Provisioning.Thin
                ? Math.Min(c.Home.Folder.AllocatedBytes(model.ExtentFile), model.Capacity)
                : model.Capacity;
        }

        // What is written anew has to open; what is only copied may be locked.
        if (vm.Disks.Any(d => IsWrittenAnew(Vmdk.ReadModel(c.Folder, d.Name), format)))
            OpenedVm.Open(c.Home, c.Order.Expectations, c.Keys).Dispose();
        c.Table.Datastores.RequireFree(datastore, needed + VmBuilder.Reserve);
    }

    public async Task RunAsync(JobContext c, CancellationToken ct)
    {
        var (datastore, _) = c.Order.Relocate!.Value;
        var registration = c.Home.Registration;
        if (IsDone(c))
        {
            await RemoveLeftoversAsync(c, held: null);
            return;
        }

        // Step 1
        string path = c.Table.Datastores.PathOf(datastore);
        string temporary = RelocationLeftovers.TemporaryFolder(registration.Id, c.Order.Epoch);
        await RelocationLeftovers.RemoveAsync(
            c.Table, c.Table.Registry.Find(registration.Id)!, held: null, c.Log, ct);
        string folder = c.Table.Registry.ChooseFolder(datastore, taken => FreeFolder(path, registration.Folder, taken));
        c.Table.Registry.RememberLeftovers(registration.Id,
            [new VmLeftover(datastore, temporary, Own: true), new VmLeftover(datastore, folder, Own: false)]);
        c.AfterStep?.Invoke("1 noted");
        try
        {
            // Step 2
            Directory.CreateDirectory(
                Path.Combine(path, temporary), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await CopyAsync(c, Path.Combine(path, temporary), ct);

            c.AfterStep?.Invoke("2 copied");

            // Step 3
            using (var target = Folder.Open(path))
            {
                target.Right = c.Home.Folder.Right;
                target.Sync();
                if (!target.TryRename(temporary, folder))
                {
                    throw Refuse.With(FaultTypes.AlreadyExists, "lorica.fileExists", $"[{datastore}] {folder}",
                        $"The folder [{datastore}] {folder} appeared meanwhile.", "Try again.");
                }
            }

            c.AfterStep?.Invoke("3 renamed");

            // Step 4
            c.Job.Settle();
            c.RequireRight();
            c.Table.Registry.Move(registration.Id, datastore, folder);
        }
        catch
        {
            await RemoveLeftoversAsync(c, held: null);
            throw;
        }

        c.AfterStep?.Invoke("4 switched");

        // Step 5: the lock that the job holds is that of the old place.
        await RemoveLeftoversAsync(c, c.Lock);
    }

    /// <summary>A disk that another VM has too cannot go along: the other one would lose it, or there would be two.</summary>
    private static void RequireOwnDisks(JobContext c, VmModel vm)
    {
        foreach (var disk in vm.Disks)
        {
            VmFiles.RequireNobodys(c.Home.Folder, c.Home.Registration.VmxName, disk.FileName,
                c.Home.Registration.DisplayOf(disk.FileName));
        }
    }

    private static async Task CopyAsync(JobContext c, string targetPath, CancellationToken ct)
    {
        var format = c.Order.Relocate!.Value.Format;
        var vm = c.Home.ReadModel();
        var models = vm.Disks.ToDictionary(d => d.Label, d => Vmdk.ReadModel(c.Folder, d.Name));
        c.Job.Plan(models.Values.Sum(m => m.Capacity));
        using var target = DiskFolder.Open(targetPath, c.Home.Folder.Right);
        foreach (var disk in vm.Disks)
        {
            c.Job.Step(disk.Label);
            var model = models[disk.Label];
            if (IsWrittenAnew(model, format))
                await WriteAnewAsync(c, vm, disk, model, target, ct);
            else
                await DiskMove.CopyAsync(c.Folder, disk.Name, target, c.Progress, ct);
            if (format is { } wanted && wanted != TargetOf(model, format))
            {
                c.Job.Note($"{disk.Label} stays lazily zeroed: a disk whose space is taken is not made thin.");
            }

            c.Job.StepDone(model.Capacity);
        }

        // The VMX goes last: without it the copy is nobody's.
        c.Job.Step(JobMark.HomePart);
        using var folder = Folder.Open(targetPath);
        folder.Right = c.Home.Folder.Right;
        var registration = c.Home.Registration;
        c.Lock!.CopyTo(folder, registration.File);
        foreach (string name in VmFiles.Carried(registration.File).Append(registration.VmxName))
        {
            ct.ThrowIfCancellationRequested();
            await using var from = c.Home.Folder.OpenRead(name);
            if (from is null)
                continue;
            using var file = folder.CreateAside(name);
            await from.CopyToAsync(file.Stream, ct);
            file.Commit();
        }
    }

    private static async Task WriteAnewAsync(
        JobContext c, VmModel vm, VmDiskModel disk, DiskModel model, DiskFolder target, CancellationToken ct)
    {
        using var source = Vmdk.Open(c.Folder, disk.Name, c.Order.Expectations.OfDisk(vm, disk), c.Keys);
        var keys = source.OpenedWith is { } key
            ? new DiskKeys(
                key, c.Keys.Find(key)!, disk.ObjectId, Math.Max(source.Generation, c.Order.KnownGeneration(disk.ObjectId)))
            : null;
        var provisioning = TargetOf(model, c.Order.Relocate!.Value.Format);
        await Vmdk.CreateAsync(target, disk.Name, model.Capacity, provisioning, keys, ct);
        var expectation = new DiskExpectation { Encrypted = keys is not null, ObjectId = keys is null ? null : disk.ObjectId };
        using var written = Vmdk.Open(target, disk.Name, expectation, c.Keys);
        await using var from = source.OpenDevice();
        await using var to = written.OpenDevice();
        await DiskCopy.CopyAsync(from, to, c.Progress, ct);
    }

    /// <summary>How a disk takes its space afterwards.</summary>
    private static Provisioning TargetOf(DiskModel model, Provisioning? format) =>
        format is not { } wanted || (model.Provisioning, wanted) == (Provisioning.LazyZeroed, Provisioning.Thin)
            ? model.Provisioning : wanted;

    private static bool IsWrittenAnew(DiskModel model, Provisioning? format) => TargetOf(model, format) != model.Provisioning;

    private static string FreeFolder(string path, string wanted, IReadOnlySet<string> registered)
    {
        using var datastore = Folder.Open(path);
        var taken = datastore.Names().ToHashSet(StringComparer.OrdinalIgnoreCase);
        taken.UnionWith(registered);
        string name = wanted;
        for (int attempt = 1; taken.Contains(name); attempt++)
            name = $"{wanted}_{attempt}";
        return name;
    }

    /// <summary>Whether the VM is where it is to go, as it is to be: also after a run that nobody heard the end of.</summary>
    private static bool IsDone(JobContext c)
    {
        var (datastore, format) = c.Order.Relocate!.Value;
        return c.Home.Registration.Datastore == datastore
            && c.Home.ReadModel().Disks.All(d => !IsWrittenAnew(Vmdk.ReadModel(c.Folder, d.Name), format));
    }

    // What fails stays noted, and the next start of the host removes it. That the job was taken back is no reason to leave it.
    private static Task RemoveLeftoversAsync(JobContext c, VmLock? held) => RelocationLeftovers.TryRemoveAsync(
        c.Table, c.Table.Registry.Find(c.Home.Registration.Id)!, held, c.Log, CancellationToken.None);
}
