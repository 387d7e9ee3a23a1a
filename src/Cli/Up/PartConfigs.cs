using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Cli.Files;
using Lorica.Cli.Profiles;
using Lorica.Contracts.Configs;
using Lorica.Platform.Files;

namespace Lorica.Cli.Up;

/// <summary>
/// The configuration files of the parts and the client's profile. Written at each start, so that they always say what is
/// remembered and where the programs are now; whoever wants to write them themselves starts the programs themselves.
/// </summary>
internal sealed class PartConfigs(UpPaths paths, Programs programs, UpState state, UpOptions options)
{
    private const string Loopback = "127.0.0.1";
    private const string HostName = "localhost";
    private const string DatastoreName = "datastore1";

    /// <summary>Of <see cref="HostConfig"/>: each host has a range of user ids of its own.</summary>
    private const uint FirstUid = 700_000, UidsPerHost = 65_536;

    public string Server => $"https://{Loopback}:{state.CenterPort}";

    public string Kms => $"{Loopback}:{state.KmsPort}";

    public void Write()
    {
        foreach (string folder in (string[])[paths.Datastore, .. state.MoreDatastores.Select(d => d.Path)])
            Directory.CreateDirectory(folder, FileModes.OwnerFolder);
        WriteKms();
        WriteBroker();
        foreach (var host in state.Hosts)
            WriteHost(host);
        WriteCenter();
        var profile = new Profile(Server, File.ReadAllText(paths.Pki(PartNames.Center, "ca.crt")));
        DurableFile.Replace(paths.Profile, JsonSerializer.SerializeToUtf8Bytes(profile, ProfileJson.Default.Profile));
    }

    private void WriteKms() => Write(PartNames.Kms,
        new KmsConfig(StateFolder(PartNames.Kms), Kms, Certificate(PartNames.Kms), Key(PartNames.Kms), Ca(PartNames.Kms)),
        UpJson.Default.KmsConfig);

    private void WriteBroker() => Write(PartNames.Broker, new BrokerConfig
    {
        StateFolder = StateFolder(PartNames.Broker),
        Socket = paths.BrokerSocket,
        Certificate = Certificate(PartNames.Broker),
        Key = Key(PartNames.Broker),
        Ca = Ca(PartNames.Broker),
        CenterPin = state.CenterPin,
        Hosts = state.Hosts.ToDictionary(h => h.Id, h => h.Pin, StringComparer.Ordinal),
        HostPinning = HostPinning.Center,
    }, ConfigJson.Default.BrokerConfig);

    private void WriteHost(UpHost host) => Write(host.Part, new HostConfig
    {
        Id = host.Id,
        Name = NameOf(host),
        StateFolder = StateFolder(host.Part),
        RunFolder = paths.RunFolderOf(host.Part),
        Listen = AddressOf(host),
        Certificate = Certificate(host.Part),
        Key = Key(host.Part),
        Ca = Ca(host.Part),
        CenterPin = state.CenterPin,
        Datastores =
        [
            new DatastoreConfig(DatastoreName, paths.Datastore),
            .. state.MoreDatastores.Select(d => new DatastoreConfig(d.Name, d.Path)),
        ],
        Vmx = programs.Vmx,
        Accel = options.Accel,
        UidBase = FirstUid + ((uint)host.Number - 1) * UidsPerHost,
        UidCount = UidsPerHost,
        Telemetry = Telemetry(host.Number),
    }, ConfigJson.Default.HostConfig);

    private void WriteCenter() => Write(PartNames.Center, new CenterConfig
    {
        StateFolder = paths.Part(PartNames.Center),
        Listen = $"{Loopback}:{state.CenterPort}",
        Certificate = Certificate(PartNames.Center),
        Key = Key(PartNames.Center),
        Ca = Ca(PartNames.Center),
        BrokerSocket = paths.BrokerSocket,
        BrokerPin = state.BrokerPin,
        Telemetry = Telemetry(0),
        Hosts = [.. state.Hosts.Select(h => new HostSeed(h.Id, NameOf(h), AddressOf(h), h.Pin))],
    }, ConfigJson.Default.CenterConfig);

    /// <summary>Of the center (0) or of a host by its number.</summary>
    private TelemetryConfig Telemetry(int number) => new()
    {
        Otlp = options.Otlp,
        Listen = options.MetricsPort is { } port ? $"{Loopback}:{port + number}" : null,
    };

    private static string NameOf(UpHost host) => host.Number == 1 ? HostName : host.Part;

    private static string AddressOf(UpHost host) => $"{Loopback}:{host.Port}";

    private string StateFolder(string part)
    {
        string folder = Path.Combine(paths.Part(part), "state");
        Directory.CreateDirectory(folder, FileModes.OwnerFolder);
        return folder;
    }

    private string Certificate(string part) => paths.Pki(part, "node.crt");

    private string Key(string part) => paths.Pki(part, "node.key");

    private string Ca(string part) => paths.Pki(part, "ca.crt");

    private void Write<T>(string part, T config, JsonTypeInfo<T> type)
        => DurableFile.Replace(paths.Config(part), JsonSerializer.SerializeToUtf8Bytes(config, type));
}
