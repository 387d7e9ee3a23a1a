using System.Net.Sockets;
using Lorica.Cli.Files;
using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>
/// One <c>lorica up</c>:
/// <code>
/// 1 lock the state folder; wait for what a killed run left there
/// 2 make or find the installation, write the configuration files
/// 3 hold the broker's socket        4 start kms, broker, hosts, center; wait for each to be ready
/// 5 health of the whole             6 print the address; serve the control socket; keep all parts running
/// 7 on Ctrl-C or SIGTERM            stop center, host, broker, kms, each asked first
/// </code>
/// Virtual machines that run go on running: their QEMU and vmx belong to no part, and the next start takes them up again.
/// </summary>
internal sealed class UpRun(CliContext cli, Interrupts interrupts, UpOptions options)
{
    private readonly UpPaths _paths = new(options.State);
    private readonly UpReport _report = new(cli.Terminal, options.Json);

    public async Task RunAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new CliException(
                ExitCode.NoPermission, "lorica up needs root: each virtual machine runs under a user id of its own.",
                $"sudo lorica up --state {options.State}");
        }
        interrupts.HoldsOn = true;
        var programs = Programs.Find(cli.Environment);
        // Step 1
        Directory.CreateDirectory(_paths.State, FileModes.OwnerFolder);
        await using var held = UpLock.Take(_paths);
        var children = new Children(_paths, cli.Time, Children.Patience);
        await children.WaitForThoseBeforeAsync(_report, interrupts.Stop);
        using var spawner = new Spawner(children);
        // Step 2
        var installation = new Installation(_paths, programs, spawner, _report);
        bool told = false;
        try
        {
            var state = await installation.OpenAsync(options, interrupts.Stop);
            var configs = new PartConfigs(_paths, programs, state, options);
            configs.Write();
            // Step 3
            Directory.CreateDirectory(_paths.HeldFolder, FileModes.OwnerFolder);
            File.SetUnixFileMode(_paths.HeldFolder, FileModes.OwnerFolder);
            using var brokerSocket = HeldSocket.Listen(_paths.BrokerSocket);
            using var control = HeldSocket.Listen(_paths.ControlSocket);
            var specs = Specs(programs, state, brokerSocket);
            var logs = specs.Select(spec => new PartLog(_paths.Log(spec.Name), cli.Terminal.Note)).ToList();
            var parts = specs.Zip(logs, (spec, log) => new Part(spec, spawner, log, _report, cli.Time)).ToList();
            try
            {
                // Steps 4 and 5
                await StartAsync(parts);
                // Step 6
                told = true;
                _report.Ready(ReadyEvent(configs, state, installation.FirstAdministrator, parts));
                await ServeAsync(control, parts);
            }
            finally
            {
                // Step 7
                await StopAsync(parts, state);
                parts.ForEach(part => part.Dispose());
                logs.ForEach(log => log.Dispose());
                File.Delete(_paths.BrokerSocket);
                File.Delete(_paths.ControlSocket);
                if (!Directory.EnumerateFileSystemEntries(_paths.HeldFolder).Any())
                    Directory.Delete(_paths.HeldFolder);
            }
        }
        finally
        {
            if (!told && installation.FirstAdministrator is { Password: { } password } admin)
            {
                // It is printed once, and nothing else knows it: also when the start failed afterwards.
                _report.Say(new UpEvent
                {
                    Phase = "notice", Message = $"First administrator: {admin.User}   password: {password}   (shown this once)",
                    User = admin.User, Password = password,
                });
            }
        }
    }

    private List<PartSpec> Specs(Programs programs, UpState state, Socket brokerSocket)
    {
        string fd = brokerSocket.SafeHandle.DangerousGetHandle().ToString(System.Globalization.CultureInfo.InvariantCulture);
        return
        [
            new PartSpec(PartNames.Kms, programs.Kms, ["--config", _paths.Config(PartNames.Kms)]),
            new PartSpec(PartNames.Broker, programs.Broker, ["--config", _paths.Config(PartNames.Broker), "--listen-fd", fd],
                brokerSocket.SafeHandle),
            .. state.Hosts.Select(host => new PartSpec(host.Part, programs.Host, ["--config", _paths.Config(host.Part)])),
            new PartSpec(PartNames.Center, programs.Center, ["--config", _paths.Config(PartNames.Center)]),
        ];
    }

    private async Task StartAsync(List<Part> parts)
    {
        foreach (var part in parts)
        {
            _report.Say("starting", $"Starting {part.Name}", part.Name);
            await part.StartAsync(interrupts.Stop);
            _report.Say(new UpEvent { Phase = "started", Part = part.Name, Pid = part.Pid });
        }
        if (await HealthCheck.WaitAsync(_paths.Profile, cli.Time, interrupts.Stop) is { } lacking)
            _report.Say("notice", $"The center runs, but is not well: {lacking}", PartNames.Center);
    }

    private UpEvent ReadyEvent(PartConfigs configs, UpState state, InitLine? admin, List<Part> parts) => new()
    {
        Phase = "ready",
        Ready = true,
        Server = configs.Server,
        Profile = _paths.Profile,
        User = admin?.User,
        Password = admin?.Password,
        Kms = configs.Kms,
        KmsCertificateSha256 = state.KmsCertificateSha256,
        ProviderRegistered = File.Exists(_paths.ProviderFile(UpReport.Provider)),
        Datastore = _paths.Datastore,
        Pids = parts.ToDictionary(p => p.Name, p => p.Pid, StringComparer.Ordinal),
    };

    private async Task ServeAsync(Socket control, List<Part> parts)
    {
        try
        {
            await new ControlServer(control, parts).RunAsync(interrupts.Stop);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop: that is how it ends well.
        }
    }

    private async Task StopAsync(List<Part> parts, UpState state)
    {
        _report.Say("stopping", "Stopping");
        for (int i = parts.Count - 1; i >= 0; i--)
            await parts[i].StopAsync(interrupts.Insisted);
        int running = RunningVms.Count(_paths, state);
        _report.Say("stopped", running == 0
            ? "Stopped."
            : $"Stopped. {running} virtual machine(s) go on running; the next start takes them up again. "
                + "To stop one: lorica vm power off NAME, before stopping Lorica.");
    }
}
