using System.Security.Cryptography;
using System.Text;

namespace Lorica.Cli.Up;

/// <summary>
/// Where things are.
/// <code>
/// STATE/up.json            what is remembered: ports, ids, pins; written last at the first start
/// STATE/up.lock            held by the one `lorica up` on this state
/// STATE/up.children        the processes it started: the next start waits for what a killed one left
/// STATE/up.sock            its control socket, 0600
/// STATE/client.json        address and CA for `lorica login --profile`
/// STATE/PART/config.json   of kms, broker, host, host2 …, center
/// STATE/PART/pki/          its certificate and key
/// STATE/PART/log           what it wrote
/// STATE/datastore/         files of virtual machines
/// /run/lorica/HASH         sockets of the host; short, because a socket's path has at most 107 bytes
/// /run/lorica/HASH.host2   the same of the second host, and so on
/// /run/lorica/HASH.up      sockets that `lorica up` holds, 0700
/// </code>
/// </summary>
internal sealed class UpPaths
{
    public UpPaths(string state)
    {
        State = Path.TrimEndingDirectorySeparator(Path.GetFullPath(state));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(State)))[..8];
        RunFolder = $"/run/lorica/{hash}";
        HeldFolder = $"/run/lorica/{hash}.up";
    }

    public string State { get; }

    public string RunFolder { get; }

    public string HeldFolder { get; }

    /// <summary>Sockets of a host.</summary>
    public string RunFolderOf(string part) => part == PartNames.Host ? RunFolder : $"{RunFolder}.{part}";

    public string BrokerSocket => Path.Combine(HeldFolder, "broker.sock");

    public string Remembered => Path.Combine(State, "up.json");

    public string FirstStartMarker => Path.Combine(State, "up.first");

    public string Lock => Path.Combine(State, "up.lock");

    public string Children => Path.Combine(State, "up.children");

    public string ControlSocket => Path.Combine(State, "up.sock");

    public string Profile => Path.Combine(State, "client.json");

    public string Datastore => Path.Combine(State, "datastore");

    /// <summary>The broker's file of a key provider, which is there as long as the provider is.</summary>
    public string ProviderFile(string name) => Path.Combine(
        State, PartNames.Broker, "state", "providers", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name)) + ".json");

    public string Part(string part) => Path.Combine(State, part);

    public string Config(string part) => Path.Combine(State, part, "config.json");

    public string Pki(string part, string file) => Path.Combine(State, part, "pki", file);

    public string Log(string part) => Path.Combine(State, part, "log");
}
