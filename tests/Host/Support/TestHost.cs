using System.Net;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Net.Client;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Host;
using Lorica.Contracts.Trust;
using Lorica.Crypto;
using Lorica.Disks.Locks;
using Lorica.Host.Home;
using Lorica.Platform.Trust;

namespace Lorica.Host.Tests.Support;

/// <summary>A real host in this process, with its center's identity played by the test.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private HostServer? _server;
    private GrpcChannel? _channel;

    private readonly TimeProvider _time;

    /// <summary>Hosts of one folder share its datastore; each has a name of its own.</summary>
    public TestHost(TestFolder folder, string name = "host1", TimeProvider? time = null)
    {
        (_folder, _time) = (folder, time ?? BootTimeProvider.Instance);
        Pki = new TestPki(folder.Path(name == "host1" ? "pki" : "pki-" + name));
        Center = Pki.Issue("center", Roles.Center);
        HostNode = Pki.Issue("host", Roles.Host);
        Directory.CreateDirectory(Datastore);
        Directory.CreateDirectory(SecondDatastore);
        Config = new HostConfig
        {
            Id = name == "host1" ? "0f8c0d5e-0000-4000-8000-000000000001" : Guid.NewGuid().ToString(), Name = name,
            StateFolder = folder.Path(name == "host1" ? "state" : "state-" + name),
            RunFolder = RunFolderOf(folder) + (name == "host1" ? "" : name),
            Listen = "127.0.0.1:0", Certificate = Pki.Path("host.crt"), Key = Pki.Path("host.key"), Ca = Pki.Path("ca.crt"),
            CenterPin = Peer.PinOf(Center.Certificate),
            Datastores = [new DatastoreConfig("ds1", Datastore), new DatastoreConfig("ds2", SecondDatastore)],
            Vmx = System.IO.Path.Combine(AppContext.BaseDirectory, "no-vmx"),
        };
    }

    /// <summary>Outside the test's own folder, which is closed to the users of VMs.</summary>
    private static string RunFolderOf(TestFolder folder) =>
        "/tmp/lorica-host-run-" + System.IO.Path.GetFileName(folder.Root)[^6..];

    public TestPki Pki { get; }

    public NodeIdentity Center { get; }

    public NodeIdentity HostNode { get; }

    public HostConfig Config { get; set; }

    public string Datastore => _folder.Path("datastore");

    public string SecondDatastore => _folder.Path("datastore2");

    /// <summary>What is on the datastore beside its marker.</summary>
    public IEnumerable<string> Entries() => EntriesOf(Datastore);

    /// <summary>What is on a datastore beside its marker.</summary>
    public static IEnumerable<string> EntriesOf(string datastore) => Directory.EnumerateFileSystemEntries(datastore)
        .Where(e => System.IO.Path.GetFileName(e) != Lorica.Host.Registry.DatastoreMarker.FileName);

    public IPEndPoint Address => _server!.Address;

    public HostNode Node => _server!.Node;

    public HostControl.HostControlClient Client { get; private set; } = null!;

    public static async Task<TestHost> StartAsync(TestFolder folder)
    {
        var host = new TestHost(folder);
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync()
    {
        _server = await HostServer.StartAsync(Config, _folder.Root, _time);
        (_channel, Client) = Connect(Center);
    }

    /// <summary>The home of a VM, to be read, or changed as its lock's holder may.</summary>
    public VmHome OpenHome(string vmId)
    {
        var home = Node.Table.OpenHome(Node.Table.Registry.Find(Guid.Parse(vmId))!);
        home.ChangeUnder(new TestRight());
        return home;
    }

    /// <summary>A client that shows this identity.</summary>
    public (GrpcChannel Channel, HostControl.HostControlClient Client) Connect(NodeIdentity identity)
    {
        var channel = GrpcChannel.ForAddress(PeerChannel.Address, new GrpcChannelOptions
        {
            HttpHandler = PeerChannel.Handler(
                identity, new Peer(identity.Ca, Roles.Host, Peer.PinOf(HostNode.Certificate)), Address),
            DisposeHttpClient = true,
        });
        return (channel, new HostControl.HostControlClient(channel));
    }

    public async Task StopAsync()
    {
        _channel?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        (_server, _channel) = (null, null);
    }

    /// <summary>Seals keys as the broker does.</summary>
    public static IEnumerable<SealedKey> Seal(HostPresentation presentation, byte[] centerSpkiSha256, params TestKek[] keks)
    {
        ulong sequence = presentation.FirstSequence;
        foreach (var kek in keks)
        {
            var (enc, ciphertext) = HpkeSender.Seal(presentation.ReceiveKey.Span,
                KeyDelivery.Info(centerSpkiSha256, SHA256.HashData(presentation.HostSpki.Span), presentation.BootNonce.Span,
                    sequence),
                KeyDelivery.AdditionalData(kek.Id, kek.Kcv, "encrypt"), kek.Key);
            yield return new SealedKey
            {
                Key = kek.Ref, Kcv = kek.Kcv, Operation = "encrypt", Sequence = sequence++,
                Enc = ByteString.CopyFrom(enc), Ciphertext = ByteString.CopyFrom(ciphertext),
            };
        }
    }

    /// <summary>Delivers keys; each must be taken.</summary>
    public async Task DeliverAsync(params TestKek[] keks)
    {
        var reply = await TryDeliverAsync(keks);
        Assert.All(reply.Keys, k => Assert.Null(k.Fault));
    }

    public async Task<AddKeysReply> TryDeliverAsync(params TestKek[] keks)
    {
        var description = await Client.DescribeAsync(new DescribeHostRequest());
        var request = new AddKeysRequest();
        request.Keys.AddRange(Seal(description.Presentation, Convert.FromHexString(Config.CenterPin), keks));
        return await Client.AddKeysAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(Config.RunFolder))
            Directory.Delete(Config.RunFolder, recursive: true);
    }
}
