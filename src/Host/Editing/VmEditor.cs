using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Power;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Editing;

/// <summary>
/// The frame of every short change of a VM: its turn, its epoch, powered off, its lock, its home verified against the records and
/// no job half done. Only then something is written.
/// </summary>
internal sealed class VmEditor(VmTable table, KeyCache keys)
{
    public VmTable Table { get; } = table;

    /// <summary>For tests: told between the steps of a change.</summary>
    internal Action<string>? AfterStep { get; set; }

    /// <summary>Runs <paramref name="change"/> inside that frame.</summary>
    public async Task EditAsync(
        string vmId, long epoch, IEnumerable<Contracts.ObjectRecord> records, bool whileRunning, Func<VmEdit, Task> change,
        CancellationToken ct)
    {
        var expectations = new Expectations(records);
        var (registration, entry) = Table.Find(vmId);
        using var turn = await entry.EnterAsync(registration.DisplayPath, ct);
        Table.Registry.Advance(registration.Id, epoch, registration.DisplayPath);
        if (entry.Running is not null && !whileRunning)
        {
            throw Refuse.PowerState(
                registration.DisplayPath, $"{registration.DisplayPath} is powered on; it must be off for that.", "Power it off.");
        }

        using var home = Table.OpenHome(registration);

        // A running VM's vmx holds the lock; a restart of the vmx reads the same files.
        var running = entry.Running;
        await using var vmLock = running is null ? await Table.LockAsync(home, ct) : null;
        if (running is not null)
            home.ChangeUnder(new VmxRight(running, home, Table));
        using var files = await entry.EnterFilesAsync(ct);
        using var lease = keys.Lease(pin: true);
        using var opened = home.Open(expectations.Find(registration.Id), lease);
        if (opened.Model.PendingJob is { } job)
            throw Refuse.JobPending(registration.DisplayPath, job.Word());
        await change(new VmEdit(home, opened, expectations, lease));
    }
}
