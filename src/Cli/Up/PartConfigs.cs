using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Cli.Files;
using Lorica.Cli.Profiles;
using Lorica.Contracts.Configs;

namespace Lorica.Cli.Up;

/// <summary>
/// The configuration files of the parts and the client's profile. Written at each start, so that they always say what is
/// remembered and where the programs are now; whoever wants to write them himself starts the programs himself.
/// </summary>
internal sealed class PartConfigs(UpPaths paths, Programs programs, UpState state)
{
    private const string Loopback = "127.0.0.1";
    private const string HostName = "localhost";
    private const string DatastoreName = "datastore1";

    public string Server => $"https://{Loopback}:{state.CenterPort}";

    public string Kms => $"{Loopback}:{state.KmsPort}";

    private string HostAddress => $"{Loopback}:{state.HostPort}";

    public void Write()
    {
        Directory.CreateDirectory(paths.Datastore, SafeFile.OwnerFolder);
        WriteKms();
        WriteBroker();
        WriteHost();
        WriteCenter();
        var profile = new Profile(Server, File.ReadAllText(paths.Pki(PartNames.Center, "ca.crt")));
        SafeFile.Replace(paths.Profile, JsonSerializer.SerializeToUtf8Bytes(profile, ProfileJson.Default.Profile),
            SafeFile.OwnerOnly);
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
        Hosts = new Dictionary<string, string>(StringComparer.Ordinal) { [state.HostId] = state.HostPin },
    }, ConfigJson.Default.BrokerConfig);

    private void WriteHost() => Write(PartNames.Host, new HostConfig
    {
        Id = state.HostId,
        Name = HostName,
        StateFolder = StateFolder(PartNames.Host),
        RunFolder = paths.RunFolder,
        Listen = HostAddress,
        Certificate = Certificate(PartNames.Host),
        Key = Key(PartNames.Host),
        Ca = Ca(PartNames.Host),
        CenterPin = state.CenterPin,
        Datastores = [new DatastoreConfig(DatastoreName, paths.Datastore)],
        Vmx = programs.Vmx,
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
        Hosts = [new HostSeed(state.HostId, HostName, HostAddress, state.HostPin)],
    }, ConfigJson.Default.CenterConfig);

    private string StateFolder(string part)
    {
        var folder = Path.Combine(paths.Part(part), "state");
        Directory.CreateDirectory(folder, SafeFile.OwnerFolder);
        return folder;
    }

    private string Certificate(string part) => paths.Pki(part, "node.crt");

    private string Key(string part) => paths.Pki(part, "node.key");

    private string Ca(string part) => paths.Pki(part, "ca.crt");

    private void Write<T>(string part, T config, JsonTypeInfo<T> type)
        => SafeFile.Replace(paths.Config(part), JsonSerializer.SerializeToUtf8Bytes(config, type), SafeFile.OwnerOnly);
}
