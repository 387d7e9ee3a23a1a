using System.Reflection;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Host.Creation;
using Lorica.Host.Editing;
using Lorica.Host.Home;
using Lorica.Host.Jobs;
using Lorica.Host.Keys;
using Lorica.Host.Power;
using Lorica.Host.Registry;
using Lorica.Host.Service;
using Lorica.Host.Telemetry;
using Lorica.Platform.Trust;

namespace Lorica.Host;

/// <summary>The parts of one host, put together. Keys and receive key live as long as this object and nowhere else.</summary>
internal sealed class HostNode : IDisposable
{
    private readonly HostConfig _config;
    private readonly string _baseFolder;
    private readonly AccelerationTrial _trial;
    private volatile bool _started;
    private readonly CancellationTokenSource _stopping = new();

    public HostNode(HostConfig config, string baseFolder, TimeProvider time, ILoggerFactory logs)
    {
        _config = config;
        _baseFolder = baseFolder;
        Time = time;
        Log = new HostLog(logs.CreateLogger<HostLog>());
        string Full(string path) => Path.GetFullPath(path, baseFolder);
        Identity = new HostIdentity(
            config.Id, NodeIdentity.Load(Full(config.Certificate), Full(config.Key), Full(config.Ca)), config.CenterPin);
        Events = new HostEvents(time, Guid.NewGuid().ToString());
        Directory.CreateDirectory(
            Full(config.StateFolder), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Table = new VmTable(new VmRegistry(Full(config.StateFolder), config.UidBase, config.UidCount),
            new Datastores(config.Datastores, baseFolder, Full(config.StateFolder)),
            new WriterIdentity(config.Id, Events.BootId), time);
        Keys = new KeyCache(k => IsNeededByRunningVm(k) || Crypto?.Key == k);
        Crypto = new CryptoMode(Full(config.StateFolder), Keys);
        Receiver = new KeyReceiver(Identity, Keys);
        Describer = new VmDescriber(Table, Keys);
        Registrar = new VmRegistrar(Table, Keys, Describer, Log);
        Editor = new VmEditor(Table, Keys);
        Power = new PowerService(config, baseFolder, Table, Keys, Events, Log, time, Stopping);
        Pauses = new PauseService(Table, new RunFolders(Full(config.RunFolder)));
        Resets = new ResetService(Table, new RunFolders(Full(config.RunFolder)));
        if (!Accelerators.All.Contains(config.Accel))
        {
            throw new InvalidOperationException(
                $"Accel is {config.Accel}; it must be one of {string.Join(", ", Accelerators.All)}.");
        }


        _trial = new AccelerationTrial(
            config.Accel, Full(config.Vmx), config.Qemu, config.UidBase + config.UidCount - 1,
            new RunFolders(Full(config.RunFolder)));
        Gauges = new HostGauges(this);
        Jobs = new JobService(Table, Keys, Describer, Events, Log, time, Stopping);
    }

    public TimeProvider Time { get; }

    public HostLog Log { get; }

    public HostIdentity Identity { get; }

    public HostEvents Events { get; }

    public KeyCache Keys { get; }

    /// <summary>Encryption mode and host key.</summary>
    public CryptoMode Crypto { get; }

    public KeyReceiver Receiver { get; }

    public VmTable Table { get; }

    public VmDescriber Describer { get; }

    public VmRegistrar Registrar { get; }

    public VmEditor Editor { get; }

    public PowerService Power { get; }

    public PauseService Pauses { get; }

    public ResetService Resets { get; }

    public JobService Jobs { get; }

    public HostGauges Gauges { get; }

    /// <summary>Version of the product.</summary>
    public static string Version { get; } =
        typeof(HostNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? "";

    /// <summary>Cancelled when the host stops. VMs go on.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Puts right what the last run left behind, and finds running VMs.</summary>
    public async Task StartAsync()
    {
        Log.Started(_config.Name, _config.Id, Events.BootId, MemoryName, XtsAes256.Backend.ToString());
        if (!XtsAes256.HardwareAes)
            Log.NoHardwareAes(XtsAes256.Backend.ToString());
        foreach (string file in Table.Registry.Damaged)
            Log.RegistryDamaged(file);
        await VmLeftovers.SweepAsync(Table, Log, Stopping);
        await VmRemoval.SweepAsync(Table, Log, Stopping);
        await RelocationLeftovers.SweepAsync(Table, Log, Stopping);
        Power.Adopt();
        Power.Acceleration = await _trial.ChooseAsync(Stopping);
        Log.Accelerated(Power.Acceleration.Word, Power.Acceleration.Reason);
        _started = true;
    }

    /// <summary>Ends watches, jobs (at their next step; they are resumable) and supervision.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>What keeps this host from doing its work now.</summary>
    public IEnumerable<string> Troubles()
    {
        if (!_started)
            yield return "starting";
        if (Table.Registry.IsUncertain)
            yield return "the registry cannot be written";
        foreach (var datastore in _config.Datastores.Where(d => !Directory.Exists(Path.GetFullPath(d.Path, _baseFolder))))
            yield return $"datastore {datastore.Name} cannot be read";
        foreach (string program in new[] { Path.GetFullPath(_config.Vmx, _baseFolder), _config.Qemu }.Where(p => !File.Exists(p)))
            yield return $"{Path.GetFileName(program)} is not there";
    }

    public HostDescription Describe()
    {
        var description = new HostDescription
        {
            HostId = _config.Id,
            Name = _config.Name,
            Version = Version,
            BootId = Events.BootId,
            HardwareAes = XtsAes256.HardwareAes,
            XtsBackend = XtsAes256.Backend.ToString(),
            KeyMemory = MemoryName,
            Kvm = Power.Acceleration.Accelerator != VmxAccelerator.Emulation,
            Accelerator = Power.Acceleration.Message,
            AcceleratorReason = Power.Acceleration.Reason,
            CryptoMode = Crypto.Mode.ToMessage(),
            HostKey = Crypto.Key?.ToRef(),
            Presentation = Receiver.Present(),
            Cpus = Environment.ProcessorCount,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        };
        description.Datastores.AddRange(Table.Datastores.Describe());
        description.Keys.AddRange(Keys.List().Select(k => new HeldKey { Key = k.Id.ToRef(), Kcv = k.Kcv, Pinned = k.Pinned }));
        return description;
    }

    public HostEvent Heartbeat() => Events.Stamp(new HostEvent
    {
        Heartbeat = new Heartbeat { RunningVms = Table.List().Count(v => v.Entry.Running is not null), HeldKeys = Keys.Count },
    });

    public void Dispose()
    {
        Gauges.Dispose();
        Registrar.Dispose();
        Receiver.Dispose();
        Keys.Dispose();
        Table.Registry.Dispose();
        _stopping.Dispose();
    }

    private static string MemoryName => KeyMemory.Kind == KeyMemoryKind.SecretMemory ? "memfd_secret" : "mlock";

    private bool IsNeededByRunningVm(KeyId key) => Table.List().Any(v => v.Entry.Running?.Keys.Contains(key) == true);
}
