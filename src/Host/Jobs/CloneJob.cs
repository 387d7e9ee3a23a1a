using Lorica.Contracts.Faults;
using Lorica.Disks;
using Lorica.Host.Creation;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>
/// Full clone of a VM that is off, all or nothing, by <see cref="VmBuilder"/>: new ids, new data keys, content decrypted and
/// encrypted in memory. The source is locked against everybody who writes, and not changed. Killed or taken back before the new
/// VM is registered, nothing of it is left; the same order begins anew, or finds it made.
/// </summary>
internal sealed class CloneJob(KeyCache cache) : IJobWork
{
    private const int ChunkBytes = 1024 * 1024;

    public bool CanBeCancelled => true;

    public void Check(JobContext c)
    {
        if (IsDone(c))
            return;
        RekeyRecovery.BeforeUse(c.Home, c.Order.Expectations, c.Keys, c.Log);
        using var vm = OpenedVm.Open(c.Home, c.Order.Expectations, c.Keys);
        var spec = SpecOf(c, vm);
        if (spec.HomeKey is null && vm.Home.Model.Encrypted)
        {
            throw Refuse.Config(
                "msg.hostd.configSpec.enc.mismatch", spec.Name, $"{c.About} is encrypted, so its clone is.", "Name a key.");
        }

        for (int i = 0; i < spec.Disks.Count; i++)
        {
            if (spec.Disks[i].Key is null && vm.Disks[i].Disk.Encrypted)
            {
                throw Refuse.Config("msg.hostd.configSpec.enc.mismatch", spec.Disks[i].Label,
                    $"A disk of {c.About} is encrypted, so its copy is.", "Name a key.");
            }
        }

        c.Table.Datastores.RequireFree(spec.Datastore, VmBuilder.SpaceOf(spec) + VmBuilder.Reserve);
    }

    public async Task RunAsync(JobContext c, CancellationToken ct)
    {
        if (!IsDone(c))
        {
            using var vm = OpenedVm.Open(c.Home, c.Order.Expectations, c.Keys);
            await CopyAsync(c, vm, SpecOf(c, vm), ct);
        }

        c.ResultId = c.Order.NewVm!.Id;
    }

    private async Task CopyAsync(JobContext c, OpenedVm vm, VmSpec spec, CancellationToken ct)
    {
        c.Job.Plan(spec.Disks.Sum(d => d.Capacity));
        await using var builder = await VmBuilder.BeginAsync(c.Table, spec, cache, ct);
        for (int i = 0; i < vm.Disks.Count; i++)
        {
            c.Job.Step(vm.Disks[i].Disk.Label);
            await using (var device = vm.Disks[i].Opened.OpenDevice())
                await CopyAsync(c, device, builder, i, ct);
            c.Job.StepDone(spec.Disks[i].Capacity);
        }

        // What was read is the source's if its lock was held up to the last byte.
        c.AfterStep?.Invoke("copied");
        c.Job.Settle();
        c.RequireRight();
        var registration = await builder.CommitAsync(CancellationToken.None);
        c.Log.VmCreated(spec.Id, registration.DisplayPath, spec.HomeKey is not null);
    }

    private static async Task CopyAsync(JobContext c, IBlockReader source, VmBuilder target, int disk, CancellationToken ct)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(ChunkBytes, pinned: true);
        try
        {
            for (long at = 0; at < source.Length;)
            {
                ct.ThrowIfCancellationRequested();
                var range = await source.RangeAtAsync(at, ct);
                while (range.HoldsData && at < range.End)
                {
                    ct.ThrowIfCancellationRequested();
                    var chunk = buffer.AsMemory(0, (int)Math.Min(ChunkBytes, range.End - at));
                    await source.ReadAsync(at, chunk, ct);
                    await target.WriteAsync(disk, at, chunk, ct);
                    at += chunk.Length;
                    c.Job.Advance(at);
                }

                at = range.End;
                c.Job.Advance(at);
            }
        }
        finally
        {
            // It held plain text of the guest.
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>The order, compared with the source and completed from it.</summary>
    private static VmSpec SpecOf(JobContext c, OpenedVm vm)
    {
        var spec = c.Order.NewVm!;
        var disks = spec.Disks.Zip(vm.Disks).ToArray();
        if (disks.Length != spec.Disks.Count || disks.Length != vm.Disks.Count
            || disks.Any(d => d.First.Label != d.Second.Disk.Label || d.First.Capacity != d.Second.Opened.Model.Capacity))
        {
            throw Refuse.With(FaultTypes.InvalidState, "lorica.vmChanged", c.About,
                $"The disks of {c.About} are not those that were to be cloned.", "Look at the VM and start again.");
        }

        return spec with
        {
            Disks = [.. disks.Select(
                d => d.First with { Data = c.Home.Folder.AllocatedBytes(d.Second.Opened.Model.ExtentFile) })],
            Lines = LinesOf(vm.Home.Model),
        };
    }

    /// <summary>What a clone takes over: everything but who it is, what it was in the middle of, encryption and disks.</summary>
    private static VmxFile LinesOf(VmModel vm)
    {
        var lines = VmHome.WithoutEncryption(vm.File).Without(VmxKeys.Job);
        foreach (var disk in vm.Disks)
        {
            foreach (var (key, _) in vm.File.Entries.Where(e => e.Key.StartsWith(disk.Label + ".", StringComparison.Ordinal)))
                lines = lines.Without(key);
        }

        return lines;
    }

    /// <summary>Whether a run that nobody heard the end of has made it: the id is this order's alone.</summary>
    private static bool IsDone(JobContext c) => c.Table.Registry.Find(c.Order.NewVm!.Id) is { Pending: false };
}
