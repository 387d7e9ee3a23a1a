using System.CommandLine;
using Lorica.Cli.Up;
using Lorica.Contracts.Configs;

namespace Lorica.Cli.Commands;

/// <summary><c>lorica up</c>.</summary>
internal static class UpCommand
{
    private const string DefaultState = "/var/lib/lorica";

    public static Command Create(CliContext cli, Interrupts interrupts)
    {
        var state = new Option<string>("--state")
        {
            Description = "Folder of everything it keeps; made at the first start.", HelpName = "DIR",
            DefaultValueFactory = _ => DefaultState, Recursive = true,
        };
        var center = Port("--center-port", "Port of the REST API", UpOptions.DefaultCenterPort);
        var host = Port("--host-port", "Port of the host", UpOptions.DefaultHostPort);
        var kms = Port("--kms-port", "Port of the key server", UpOptions.DefaultKmsPort);
        var hosts = Hosts();
        var datastores = Datastores();
        var otlp = Otlp();
        var metrics = Metrics();
        var accel = Accel();
        var command = new Command("up",
            "Run key server, broker, center and hosts on this machine, on loopback, until Ctrl-C. "
                + "Running virtual machines go on.")
        {
            state, center, host, kms, hosts, datastores, otlp, metrics, accel, Ctl(cli, state),
        };
        command.Examples(
            ("start, and keep everything in one folder", "lorica up --state /var/lib/lorica"),
            ("beside another one, on free ports", "lorica up --state /tmp/lorica2 --center-port 0 --host-port 0 --kms-port 0"),
            ("with traces and metrics", "lorica up --otlp http://127.0.0.1:4317 --metrics-port 9464"),
            ("two hosts and a second datastore, to try out what needs them", "lorica up --hosts 2 --datastore fast=/srv/fast"));
        command.SetAction((parsed, _) => new UpRun(cli, interrupts, new UpOptions(
            parsed.GetValue(state)!, parsed.GetValue(center), parsed.GetValue(host), parsed.GetValue(kms),
            parsed.GetValue(CommonOptions.Json))
        {
            Hosts = parsed.GetValue(hosts),
            Otlp = parsed.GetValue(otlp),
            MetricsPort = parsed.GetValue(metrics),
            Accel = parsed.GetValue(accel)!,
            Datastores = [.. (parsed.GetValue(datastores) ?? []).Select(d => UpDatastore.Parse(d)!)],
        }).RunAsync());
        return command;
    }

    private static Option<int?> Port(string name, string what, int preset)
    {
        var option = new Option<int?>(name)
        {
            Description = $"{what}; 0 = a free one, remembered. [default: as before, else {preset}]", HelpName = "PORT",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int port) && port is < 0 or > 65535)
                result.AddError($"{name}: a port is 0 to 65535.");
        });
        return option;
    }

    private static Option<int?> Hosts()
    {
        var option = new Option<int?>("--hosts")
        {
            Description = "Hosts to run, each with its own folders, port and user ids; they share the datastores. A "
                + "host that was "
                + "made stays. [default: as before, else 1]",
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int count)
                && count is < 1 or > PartNames.MaximumHosts)
            {
                result.AddError($"--hosts: 1 to {PartNames.MaximumHosts} hosts run on one machine.");
            }
        });
        return option;
    }

    private static Option<string?> Otlp()
    {
        var option = new Option<string?>("--otlp")
        {
            Description = "Collector to which center and hosts send traces in this run (OTLP over gRPC); nothing is "
                + "sent without it.", HelpName = "URL",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1
                && !(Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                    && url.UserInfo.Length == 0))
            {
                result.AddError("--otlp: the address of a collector looks like http://127.0.0.1:4317.");
            }
        });
        return option;
    }

    private static Option<int?> Metrics()
    {
        var option = new Option<int?>("--metrics-port")
        {
            Description = "Serve /metrics and /health on loopback in this run: the center on this port, the hosts on "
                + "those after it.", HelpName = "PORT",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int port)
                && port is < 1 or > 65535 - PartNames.MaximumHosts)
            {
                result.AddError($"--metrics-port: a port is 1 to {65535 - PartNames.MaximumHosts}.");
            }
        });
        return option;
    }

    private static Option<string> Accel()
    {
        var option = new Option<string>("--accel")
        {
            Description = "How guests run in this run: auto tries KVM with a guest at the start and takes emulation where "
                + "none runs; kvm and tcg force one.", HelpName = "auto|kvm|tcg", DefaultValueFactory = _ => Accelerators.Auto,
        };
        option.AcceptOnlyFromAmong([.. Accelerators.All]);
        return option;
    }

    private static Option<string[]> Datastores()
    {
        var option = new Option<string[]>("--datastore")
        {
            Description = "A folder to use as a datastore of all hosts, beside STATE/datastore; remembered.",
            HelpName = "NAME=DIR",
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => UpDatastore.Parse(t.Value) is null))
                result.AddError($"--datastore: {token.Value} is not NAME=DIR; the name has no brackets and no slash.");
        });
        return option;
    }

    private static Command Ctl(CliContext cli, Option<string> state)
    {
        var ctl = new Command("ctl", "Ask the running lorica up of a state folder about its parts, or stop and start one.")
        {
            PartCommand(cli, state, "start", "Start a part that was stopped."),
            PartCommand(cli, state, "stop", "Stop a part, and leave it stopped."),
            PartCommand(cli, state, "restart", "Stop a part and start it again."),
            Status(cli, state),
        };
        ctl.Examples(("what does an outage of the key server do", "lorica up ctl stop kms"));
        return ctl;
    }

    private static Command PartCommand(CliContext cli, Option<string> state, string name, string description)
    {
        var part = new Argument<string>("PART") { Description = "kms, broker, host (host2, host3, …) or center." };
        part.CompletionSources.Add([.. PartNames.All]);
        part.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => !PartNames.Can(t.Value)))
                result.AddError($"There is no part {token.Value}: kms, broker, host, host2 … or center.");
        });
        var command = new Command(name, description) { part };
        command.Examples((description.TrimEnd('.').ToLowerInvariant(), $"lorica up ctl {name} host"));
        command.SetAction((parsed, ct) => AskAsync(cli, parsed, state, new ControlRequest(name, parsed.GetValue(part)), ct));
        return command;
    }

    private static Command Status(CliContext cli, Option<string> state)
    {
        var command = new Command("status", "Say which parts run.");
        command.Examples(("process ids", "lorica up ctl status"));
        command.SetAction((parsed, ct) => AskAsync(cli, parsed, state, new ControlRequest("status", Part: null), ct));
        return command;
    }

    private static async Task AskAsync(
        CliContext cli, ParseResult parsed, Option<string> state, ControlRequest request, CancellationToken ct)
    {
        var reply = await ControlClient.AskAsync(new UpPaths(parsed.GetValue(state)!), request, ct);
        if (parsed.GetValue(CommonOptions.Json))
        {
            cli.Terminal.Json(reply, UpJson.Default.ControlReply);
            return;
        }
        cli.Terminal.Table(["PART", "STATE", "PID"],
            reply.Parts.Select(p => (
                string[])[p.Name, p.State, p.Pid == 0 ? "" : p.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]));
    }
}
