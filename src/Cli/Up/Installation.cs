using System.Text.Json;
using Lorica.Cli.Files;
using Lorica.Cli.Output;
using Lorica.Platform.Files;

namespace Lorica.Cli.Up;

/// <summary>
/// The state folder: made at the first start, found again at later ones.
/// <code>
/// 1 STATE is new or empty              -> up.first is made
/// 2 center init; identities for kms, broker, hosts
/// 3 up.json                            the commit point
/// 4 up.first is removed
/// </code>
/// A first start that died before step 3 leaves up.first: nothing can have been kept in there yet, so it is made anew.
/// A later start that asks for more hosts makes their identities and then replaces up.json; one that died before that leaves a
/// folder without a host, which the next start makes anew.
/// </summary>
internal sealed class Installation(UpPaths paths, Programs programs, Spawner spawner, UpReport report)
{
    private static readonly char[] Digits = [.. "0123456789"];

    /// <summary>Whose password it is, at the first start only.</summary>
    public InitLine? FirstAdministrator { get; private set; }

    public async Task<UpState> OpenAsync(UpOptions options, CancellationToken ct)
    {
        var state = Find() is { } known ? WithPorts(known, options) : await FirstStartAsync(options, ct);
        state = await WithMoreAsync(state, options, ct);
        if (File.Exists(paths.FirstStartMarker))
            File.Delete(paths.FirstStartMarker);
        return state;
    }

    private UpState? Find()
    {
        if (!File.Exists(paths.Remembered))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(paths.Remembered), UpJson.Default.UpState);
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCode.Other, $"{paths.Remembered} is damaged: {e.Message}", "Restore it from a backup.", e);
        }
    }

    private UpState WithPorts(UpState known, UpOptions options)
    {
        var state = known with
        {
            CenterPort = FreePort.Or(options.CenterPort, known.CenterPort),
            HostPort = FreePort.Or(options.HostPort, known.HostPort),
            KmsPort = FreePort.Or(options.KmsPort, known.KmsPort),
            MoreHosts = options.HostPort is null
                ? known.MoreHosts
                : [.. known.MoreHosts.Select(h => h with { Port = PortOf(h.Number, options) })],
        };
        if (state != known)
            Remember(state);
        return state;
    }

    /// <summary>Hosts and datastores that were not there before.</summary>
    private async Task<UpState> WithMoreAsync(UpState known, UpOptions options, CancellationToken ct)
    {
        var hosts = known.MoreHosts.ToList();
        while (hosts.Count + 1 < options.Hosts)
        {
            int number = hosts.Count + 2;
            string part = PartNames.HostOf(number);
            if (Directory.Exists(paths.Part(part)))
                Directory.Delete(paths.Part(part), recursive: true);
            string id = Guid.NewGuid().ToString();
            var issued = await IssueAsync(part, id, ct);
            hosts.Add(new UpHost(number, id, PortOf(number, options), issued.SpkiSha256));
        }
        var datastores = known.MoreDatastores.ToList();
        foreach (var added in options.Datastores)
        {
            if (datastores.Find(d => d.Name == added.Name) is { } other && other != added)
            {
                throw new CliException(
                    ExitCode.Refused, $"The datastore {added.Name} is {other.Path} already.", "Choose another name.");
            }

            if (datastores.TrueForAll(d => d.Name != added.Name))
                datastores.Add(added);
        }
        if (hosts.Count == known.MoreHosts.Count && datastores.Count == known.MoreDatastores.Count)
            return known;
        var state = known with { MoreHosts = hosts, MoreDatastores = datastores };
        Remember(state);
        return state;
    }

    /// <summary>Of a host beside the first: the ports after the first one's, or free ones.</summary>
    private static int PortOf(int number, UpOptions options) =>
        FreePort.Or(options.HostPort is 0 ? 0 : null, (options.HostPort ?? UpOptions.DefaultHostPort) + number - 1);

    private async Task<UpState> FirstStartAsync(UpOptions options, CancellationToken ct)
    {
        report.Say("firstStart", $"First start: making certificates and the first administrator in {paths.State}");
        // Step 1
        if (!File.Exists(paths.FirstStartMarker))
        {
            if (Directory.EnumerateFileSystemEntries(paths.State)
                .Any(e => e != paths.Lock && Path.GetFileName(e) != "lost+found"))
            {
                throw new CliException(ExitCode.Refused, $"{paths.State} is not empty and was not made by lorica up.",
                    "Name a new folder with --state.");
            }
            await File.WriteAllTextAsync(paths.FirstStartMarker, "", ct);
        }
        foreach (string part in PartNames.All.Select(paths.Part).Where(Directory.Exists))
            Directory.Delete(part, recursive: true);
        // Step 2
        var init = await ShortRun.RunAsync(
            spawner, programs.Center, ["init", "--state", paths.Part(PartNames.Center)], UpJson.Default.InitLine, ct);
        FirstAdministrator = init;
        string hostId = Guid.NewGuid().ToString();
        var kms = await IssueAsync(PartNames.Kms, "lorica-kms", ct);
        var broker = await IssueAsync(PartNames.Broker, "lorica-broker", ct);
        var host = await IssueAsync(PartNames.Host, hostId, ct);
        // Step 3
        var state = new UpState
        {
            HostId = hostId,
            CenterPort = FreePort.Or(options.CenterPort, UpOptions.DefaultCenterPort),
            HostPort = FreePort.Or(options.HostPort, UpOptions.DefaultHostPort),
            KmsPort = FreePort.Or(options.KmsPort, UpOptions.DefaultKmsPort),
            CenterPin = init.SpkiSha256,
            BrokerPin = broker.SpkiSha256,
            HostPin = host.SpkiSha256,
            KmsCertificateSha256 = kms.CertificateSha256,
        };
        Remember(state);
        return state;
    }

    private Task<IssuedLine> IssueAsync(string part, string name, CancellationToken ct)
    {
        Directory.CreateDirectory(paths.Part(part), FileModes.OwnerFolder);
        string[] arguments =
        [
            "issue", "--state", paths.Part(PartNames.Center), "--role", part.TrimEnd(Digits), "--name", name, "--out",
            Path.Combine(paths.Part(part), "pki"),
        ];
        return ShortRun.RunAsync(spawner, programs.Center, arguments, UpJson.Default.IssuedLine, ct);
    }

    private void Remember(UpState state)
        => DurableFile.Replace(paths.Remembered, JsonSerializer.SerializeToUtf8Bytes(state, UpJson.Default.UpState));
}
