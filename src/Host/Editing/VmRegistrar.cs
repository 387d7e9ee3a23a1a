using Lorica.Contracts.Host;
using Lorica.Host.Creation;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Editing;

/// <summary>Takes VMs whose files lie on a datastore into the host's registry, and lets them go again; the files stay.</summary>
internal sealed class VmRegistrar(VmTable table, KeyCache keys, VmDescriber describer, HostLog log) : IDisposable
{
    private const string Ending = ".vmx";

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>What the files at a path say; nothing is locked or changed.</summary>
    public VmDescription Inspect(string text)
    {
        var path = DatastorePath.Parse(text, Ending);
        var files = Unregistered(VmHome.ReadId(table.Datastores.PathOf(path.Datastore), path), path, epoch: 0);
        using (var home = table.OpenHome(files))
            RefuseSecrets(home.ReadModel(), files.DisplayPath);
        return describer.Describe(files, running: false);
    }

    /// <summary>
    /// Steps: 1 lock (taken over from another host only as the rule of one writer allows) · 2 everything verified: home and every
    /// disk open with the recorded keys, nothing is encrypted that has no record, no job is half done · 3 registered, the one
    /// commit point. A refusal before leaves nothing; the same request again is answered the same.
    /// </summary>
    public async Task<VmRegistration> RegisterAsync(RegisterVmRequest request, CancellationToken ct)
    {
        if (!Guid.TryParseExact(request.VmId, "D", out var id) || id == Guid.Empty)
            throw Refuse.Argument("vm_id", $"'{request.VmId}' is no id of a VM.");
        var path = DatastorePath.Parse(request.Path, Ending);
        var expectations = new Expectations(request.Records);
        await _one.WaitAsync(ct);
        try
        {
            if (table.Registry.Find(id) is { Pending: false } known
                && (known.Datastore, known.Folder, known.File) == (path.Datastore, path.Folder, path.File))
            {
                table.Registry.Advance(id, request.Epoch, known.DisplayPath);
                return known;
            }

            var files = Unregistered(id, path, request.Epoch);
            using var home = table.OpenHome(files);

            // Step 1
            await using var vmLock = await table.LockAsync(home, request.Epoch, request.Fenced, ct);

            // Step 2
            using var lease = keys.Lease(pin: true);
            RefuseSecrets(home.ReadModel(), files.DisplayPath);
            if (home.ReadModel().PendingJob is { } job)
                throw Refuse.JobPending(files.DisplayPath, job.Word());
            using var vm = OpenedVm.Open(home, expectations, lease);
            RequireRecorded(vm, expectations, files.DisplayPath);

            // Step 3: who asked for it may have gone, and may be told that there is no such VM.
            ct.ThrowIfCancellationRequested();
            var registration = table.Registry.Take(id, path.Datastore, path.Folder, path.File, request.Epoch);
            log.VmRegistered(id, registration.DisplayPath);
            return registration;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>
    /// Forgets a VM. Its lock file says that nobody holds it; if another host has the lock already, that one keeps it. Needs no
    /// key, so a locked VM can go, and no file, so one whose datastore is gone can too. What a relocation left of it elsewhere
    /// goes; what cannot be removed stays, and the log says where it is.
    /// </summary>
    public async Task UnregisterAsync(UnregisterVmRequest request, CancellationToken ct)
    {
        var (registration, entry) = table.Find(request.VmId);
        using var turn = await entry.EnterAsync(registration.DisplayPath, ct);
        table.Registry.Advance(registration.Id, request.Epoch, registration.DisplayPath);
        if (entry.Running is not null)
        {
            throw Refuse.PowerState(registration.DisplayPath,
                $"{registration.DisplayPath} is powered on; it cannot be unregistered.", "Power it off.");
        }

        await RelocationLeftovers.RemoveOrTellAsync(table, table.Registry.Find(registration.Id)!, log, ct);
        await ReleaseAsync(registration, ct);
        table.Registry.Remove(registration.Id);
        table.Forget(registration.Id);
        log.VmUnregistered(registration.Id, registration.DisplayPath);
    }

    public void Dispose() => _one.Dispose();

    private async Task ReleaseAsync(VmRegistration registration, CancellationToken ct)
    {
        try
        {
            using var home = table.OpenHome(registration);
            if (VmLock.Peek(home) is { Record: { } record } && (record.HostId != table.HostId && record.Held))
                return;
            await using (await table.LockAsync(home, ct))
            {
                // Taken and let go: the record says free, under this operation's epoch.
            }
        }
        catch (Exception e) when (e is IOException || FaultMap.Find(e, registration.DisplayPath) is not null)
        {
            // No folder, or somebody else's by now: only the registry entry is ours to remove.
        }
    }

    /// <summary>
    /// A secret that somebody wrote into the file by hand is known to all who read the datastore: it is never taken over.
    /// </summary>
    private static void RefuseSecrets(VmModel model, string about)
    {
        if (model.File[VmxKeys.DataFileKey] is not null)
        {
            throw Refuse.With(Contracts.Faults.FaultTypes.InvalidArgument, "config.extraConfig[\"dataFileKey\"]", about,
                $"{about} has a line {VmxKeys.DataFileKey}: that secret is made by the host and lies in the bundle only.",
                "Remove the line.");
        }
    }

    private static void RequireRecorded(OpenedVm vm, Expectations expectations, string about)
    {
        if (vm.Home.Model.Encrypted && expectations.Find(vm.Home.Model.Id) is null)
            throw NotRecorded(about);
        foreach (var (disk, opened) in vm.Disks)
        {
            if (opened.OpenedWith is not null && expectations.Find(disk.ObjectId) is null)
                throw NotRecorded(about);
        }
    }

    private static Contracts.Faults.FaultException NotRecorded(string about) =>
        Refuse.Tampered(
            "notRecorded", about, $"{about} has an encrypted object that the center has not recorded.", "Register the VM again.");

    private static VmRegistration Unregistered(Guid id, DatastorePath path, long epoch) =>
        new() { Id = id, Datastore = path.Datastore, Folder = path.Folder, File = path.File, Uid = 0, Epoch = epoch };
}
