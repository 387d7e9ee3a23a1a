using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Jobs;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Power;

/// <summary>Powers VMs on and off, and finds running ones after a restart of the host.</summary>
internal sealed class PowerService
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultStop = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TypingLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LeftoversLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(30);

    private readonly VmTable _table;
    private readonly KeyCache _keys;
    private readonly RunFolders _folders;
    private readonly VmxLauncher _launcher;
    private readonly HostEvents _events;
    private readonly HostLog _log;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;

    public PowerService(
        HostConfig config, string baseFolder, VmTable table, KeyCache keys, HostEvents events, HostLog log, TimeProvider time,
        CancellationToken stopping)
    {
        (_table, _keys, _events, _log, _time, _stopping) = (table, keys, events, log, time, stopping);
        _folders = new RunFolders(Path.GetFullPath(config.RunFolder, baseFolder));
        _launcher = new VmxLauncher(Path.GetFullPath(config.Vmx, baseFolder), config.Qemu, _folders);
    }

    /// <summary>How guests are started; set once, before the host serves.</summary>
    public Acceleration Acceleration { get; set; } = new(VmxAccelerator.Emulation, "not tried yet");

    /// <summary>
    /// Finds the VMs that a former start of the host left running, and cleans up after those that have ended since.
    /// </summary>
    public void Adopt()
    {
        foreach (var (registration, entry) in _table.List())
        {
            try
            {
                Adopt(registration, entry);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FaultException or DiskException)
            {
                // One VM in trouble keeps no host from the others.
                _log.NotAdopted(registration.Id, e.Message);
            }
        }
    }

    private void Adopt(VmRegistration registration, VmEntry entry)
    {
        var state = _folders.Read(registration.Id);
        if (state is null || (state.Vmx?.IsAlive() != true && state.Qemu?.IsAlive() != true))
        {
            if (state?.FlushFailed == true || _folders.HasFailureNote(registration.Id))
                VmSupervisor.SayWritesLost(registration.Id, "it has ended since", _log, _events);
            Clean(registration);
            return;
        }

        var running = new RunningVm(registration, state, _folders)
        {
            Nbd = HeldDescriptors.Nbd(state), Witnesses = HeldDescriptors.Witnesses(state),
        };
        entry.Running = running;
        _log.Adopted(registration.Id);
        foreach (string missing in running.Witnesses.Missing)
            _log.NoWitness(registration.Id, missing);
        Supervise(running, entry);
    }

    /// <summary>
    /// Steps: 1 checks · 2 lock, home and disks verified · 3 socket, vmx with its keys · 4 the guest runs. A refusal before step
    /// 3 changes nothing; a failure after it ends what was started.
    /// </summary>
    public async Task PowerOnAsync(PowerOnRequest request, CancellationToken ct)
    {
        var expectations = new Expectations(request.Records);
        var (registration, entry) = _table.Find(request.VmId);
        using var turn = await entry.EnterAsync(registration.DisplayPath, ct);

        // Step 1
        if (entry.Running is not null)
            throw Refuse.PowerState(registration.DisplayPath, $"{registration.DisplayPath} is powered on already.", "");
        if (!Environment.IsPrivilegedProcess)
        {
            throw Refuse.With(FaultTypes.NotSupported, "lorica.notRoot", "host",
                "VMs run under users of their own, which only root can give them.", "Run lorica-host as root.");
        }

        _folders.RequireReachable();
        _table.Registry.Advance(registration.Id, request.Epoch, registration.DisplayPath);

        // From step 3 on the caller's patience does not matter: the VM is powered on, or it is not.
        var running = await Task.Run(() => StartAsync(registration, entry, expectations, request.Fenced), CancellationToken.None);
        Supervise(running, entry);

        // Step 4
        await Task.WhenAny(running.Settled, Task.Delay(StartLimit, _time, _stopping));
        if (running.Settled.IsCompleted && !running.Ended.IsCompleted && entry.Running is not null)
        {
            _log.PoweredOn(registration.Id);
            _events.VmChanged(registration.Id, PowerState.On, VmChange.PoweredOn);
            return;
        }

        _stopping.ThrowIfCancellationRequested();
        if (!running.Ended.IsCompleted)
        {
            running.State.Qemu?.SendKill();
            running.State.Vmx?.SendKill();
        }

        string why = await running.Ended;
        throw Refuse.With(FaultTypes.SystemError, "lorica.powerOnFailed", registration.DisplayPath,
            $"The guest of {registration.DisplayPath} did not start: {why}", "See the host's log.");
    }

    /// <summary>Ends a guest: by its power button and, after the time-out, by force; or by force at once.</summary>
    public async Task PowerOffAsync(PowerOffRequest request, CancellationToken ct)
    {
        var (registration, entry) = _table.Find(request.VmId);
        using var turn = await entry.EnterAsync(registration.DisplayPath, ct);
        if (entry.Running is not { } running)
            throw Refuse.PowerState(registration.DisplayPath, $"{registration.DisplayPath} is powered off already.", "");
        _table.Registry.Advance(registration.Id, request.Epoch, registration.DisplayPath);
        running.Stopping = true;
        var limit = request.TimeoutSeconds > 0 ? TimeSpan.FromSeconds(Math.Min(request.TimeoutSeconds, 3600)) : DefaultStop;
        try
        {
            using var asking = CancellationTokenSource.CreateLinkedTokenSource(ct);
            asking.CancelAfter(TimeSpan.FromSeconds(5));
            await VmxControl.CallOnceAsync(_folders.ControlSocket(registration.Id), new VmxRequest
            {
                PowerOff = new VmxPowerOffRequest { Hard = request.Hard, TimeoutSeconds = (int)limit.TotalSeconds },
            }, asking.Token);
        }
        catch (Exception e) when (e is IOException or FaultException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // No vmx to ask. The guest hangs on its disks and hears no power button.
            if (request.Hard || running.State.Vmx?.IsAlive() != true)
                running.State.Qemu?.SendKill();
        }

        await Task.WhenAny(running.Ended, Task.Delay((request.Hard ? TimeSpan.Zero : limit) + StopMargin, _time, ct));
        ct.ThrowIfCancellationRequested();
        if (!running.Ended.IsCompleted)
        {
            running.State.Qemu?.SendKill();
            running.State.Vmx?.SendKill();
            await running.Ended.WaitAsync(StopMargin, _time, ct);
        }
    }

    /// <summary>Types on the serial console. While a vmx is being replaced the keys wait a little for the new one.</summary>
    public async Task WriteConsoleAsync(WriteConsoleRequest request, CancellationToken ct)
    {
        var (registration, entry) = _table.Find(request.VmId);
        var typing = new VmxRequest { WriteConsole = new VmxWriteConsole { Data = request.Data } };
        long since = _time.GetTimestamp();
        while (true)
        {
            if (entry.Running is null)
            {
                throw Refuse.PowerState(registration.DisplayPath,
                    $"{registration.DisplayPath} is powered off; nobody reads its console.", "Power it on.");
            }

            try
            {
                await VmxControl.CallOnceAsync(_folders.ControlSocket(registration.Id), typing, ct);
                return;
            }
            catch (Exception e) when (_time.GetElapsedTime(since) < TypingLimit
                && e is IOException or FaultException { Fault.Key: "lorica.consoleBusy" })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, ct);
            }
        }
    }

    private void Clean(VmRegistration registration)
    {
        try
        {
            _folders.Remove(registration.Id);
        }
        catch (IOException e)
        {
            // The next power-on tries again, and is refused if that fails.
            _log.RunNotRemoved(registration.Id, e.Message);
        }
    }

    private async Task<RunningVm> StartAsync(VmRegistration registration, VmEntry entry, Expectations expectations, bool fenced)
    {
        // Step 2
        using var home = _table.OpenHome(registration);
        await using var vmLock = await _table.LockAsync(home, _stopping, fenced);
        using var lease = _keys.Lease(pin: true);
        RekeyRecovery.BeforeUse(home, expectations, lease, _log);
        using var vm = OpenedVm.Open(home, expectations, lease);

        // Step 3: a guest that some former failure left must never meet a second one on its disks.
        if (!await ProcessId.EndAllAsync(registration.Uid, _folders.OfVm(registration.Id), [], LeftoversLimit, _time, _stopping))
        {
            throw Refuse.With(FaultTypes.ResourceInUse, "lorica.processLeft", registration.DisplayPath,
                $"A process of an earlier run of {registration.DisplayPath} does not end.", "End it, or restart the machine.");
        }

        if (_folders.IsTaken(registration.Id))
        {
            throw Refuse.With(FaultTypes.ResourceInUse, "lorica.runFolderTaken", registration.DisplayPath,
                $"Another powered-on VM, whose id begins like that of {registration.DisplayPath}, has its run folder.",
                "Power that one off first.");
        }

        _folders.Remove(registration.Id);
        var nbd = _launcher.ListenNbd(registration.Id, registration.Uid);
        DiskWitnesses? witnesses = null;
        try
        {
            witnesses = DiskWitnesses.Of(vm.Disks.Select(d => (d.Disk.Label, d.Opened.Links[0].Extent)));
            var state = _launcher.Launch(
                new VmxLaunch
                {
                    Vm = vm.Home.Model, Uid = registration.Uid, VmLock = vmLock, Disks = vm.Disks, Nbd = nbd,
                    Facts = RunFacts.Of(vm, lease), Accelerator = Acceleration.Accelerator,
                },
                qemuBefore: null);
            var running = new RunningVm(registration, state, _folders) { Nbd = nbd, Witnesses = witnesses };
            entry.Running = running;
            return running;
        }
        catch
        {
            witnesses?.Dispose();
            nbd.Dispose();
            await ProcessId.EndAllAsync(
                registration.Uid, _folders.OfVm(registration.Id), [], LeftoversLimit, _time, CancellationToken.None);
            Clean(registration);
            throw;
        }
    }

    private void Supervise(RunningVm running, VmEntry entry)
    {
        var supervisor = new VmSupervisor(running, entry, _table, _keys, _launcher, _folders, _events, _log, _time);
        _ = Task.Run(() => supervisor.RunAsync(_stopping), CancellationToken.None);
    }
}
