using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Platform.Trust;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>The machine of a fake host: what it says of itself, who watches it, its keys, its encryption mode.</summary>
internal abstract class FakeMachine(string id, NodeIdentity identity, string name) : HostControl.HostControlBase
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Guid, ChannelWriter<HostEvent>> _watchers = new();
    private string _bootId = Guid.NewGuid().ToString();
    private ulong _sequence = 1;

    public string Id => id;

    /// <summary>Check value by "provider/key".</summary>
    public ConcurrentDictionary<string, string> Keys { get; } = new();

    /// <summary>Id in the marker file of its datastore.</summary>
    public string DatastoreId { get; set; } = "5b1c0000-0000-4000-8000-00000000000a";

    /// <summary>Nobody can watch it.</summary>
    public bool Refuses { get; set; }

    /// <summary>The host computes this check value whatever it is sent.</summary>
    public string? ComputesKcv { get; set; }

    /// <summary>The host has a second datastore, ds2, with so much room.</summary>
    public long? SecondDatastoreFree { get; set; }

    public ConcurrentQueue<string> Delivered { get; } = new();

    /// <summary>Key memory is empty again, streams break.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            _bootId = Guid.NewGuid().ToString();
            _sequence = 1;
            Keys.Clear();
            (CryptoMode, HostKey) = CryptoMode == "pendingIncapable"
                ? ("incapable", null) : (HostKey is null ? CryptoMode : "prepared", HostKey);
            Forget();
        }

        foreach (var watcher in _watchers.Values)
        {
            watcher.TryComplete();
        }
    }

    /// <summary>Runs before it tells of itself.</summary>
    public Action? OnDescribe { get; set; }

    /// <summary>Runs before keys are taken.</summary>
    public Action? OnAddKeys { get; set; }

    public override Task<HostDescription> Describe(DescribeHostRequest request, ServerCallContext context)
    {
        OnDescribe?.Invoke();
        lock (_lock)
        {
            var d = new HostDescription
            {
                HostId = id, Name = name, Version = "fake", BootId = _bootId, HostKey = HostKey,
                CryptoMode = Enum.Parse<HostCryptoMode>(CryptoMode, ignoreCase: true),
                Presentation = new HostPresentation
                {
                    HostId = id, FirstSequence = _sequence,
                    HostSpki = ByteString.CopyFrom(identity.Certificate.PublicKey.ExportSubjectPublicKeyInfo()),
                },
            };
            d.Datastores.Add(
                DatastoreProblem is { } problem
                    ? new DatastoreDescription { Id = DatastoreId, Name = "ds1", Path = "/ds1", Problem = problem }
                    : new DatastoreDescription
                    {
                        Id = DatastoreId, Name = "ds1", Path = "/ds1", Capacity = 1 << 30, Free = Free,
                    });
            if (SecondDatastoreFree is { } free)
            {
                d.Datastores.Add(new DatastoreDescription
                {
                    Name = SecondDatastoreName ?? "ds2", Id = SecondDatastoreName is null ? "" : "ds2-id", Path = "/ds2",
                    Capacity = 1 << 30, Free = free,
                });
            }

            d.Keys.AddRange(Keys.Select(k => new HeldKey { Key = Ref(k.Key), Kcv = k.Value }));
            return Task.FromResult(d);
        }
    }

    public override async Task Watch(
        WatchRequest request, IServerStreamWriter<HostEvent> responseStream, ServerCallContext context)
    {
        if (Refuses)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The host refuses."));
        }

        var channel = Channel.CreateUnbounded<HostEvent>();
        var key = Guid.NewGuid();
        _watchers[key] = channel.Writer;
        try
        {
            string boot = _bootId;
            await responseStream.WriteAsync(new HostEvent { BootId = boot, Heartbeat = new Heartbeat() });
            while (!context.CancellationToken.IsCancellationRequested)
            {
                using var beat = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
                beat.CancelAfter(1000);
                try
                {
                    var next = await channel.Reader.ReadAsync(beat.Token);
                    await responseStream.WriteAsync(next);
                }
                catch (OperationCanceledException)
                {
                    await responseStream.WriteAsync(new HostEvent { BootId = boot, Heartbeat = new Heartbeat() });
                }
            }
        }
        catch (ChannelClosedException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "restarted"));
        }
        finally
        {
            _watchers.TryRemove(key, out _);
        }
    }

    public override Task<AddKeysReply> AddKeys(AddKeysRequest request, ServerCallContext context)
    {
        OnAddKeys?.Invoke();
        var reply = new AddKeysReply();
        lock (_lock)
        {
            foreach (var key in request.Keys)
            {
                Assert.Equal(_sequence++, key.Sequence);
                string kcv = ComputesKcv ?? key.Ciphertext.ToStringUtf8();
                Keys[Name(key.Key)] = kcv;
                Delivered.Enqueue(Name(key.Key));
                reply.Keys.Add(new AddedKey { Key = key.Key, Kcv = kcv });
            }
        }

        return Task.FromResult(reply);
    }

    public override Task<RemoveKeysReply> RemoveKeys(RemoveKeysRequest request, ServerCallContext context)
    {
        var pinned = Pinned();
        var reply = new RemoveKeysReply();
        foreach (var key in request.Keys)
        {
            if (pinned.Contains(Name(key)))
            {
                reply.Pinned.Add(key);
                continue;
            }

            Keys.TryRemove(Name(key), out _);
            reply.Removed.Add(key);
        }

        return Task.FromResult(reply);
    }

    /// <summary>Tells who watches of a change of a VM.</summary>
    public void Tell(VmChanged change)
    {
        foreach (var watcher in _watchers.Values)
        {
            watcher.TryWrite(new HostEvent { BootId = _bootId, Vm = change });
        }
    }

    public static string Name(KeyRef key) => $"{key.Provider}/{key.KeyId}";

    private static KeyRef Ref(string name) => new() { Provider = name.Split('/')[0], KeyId = name.Split('/')[1] };

    /// <summary>Why <c>ds1</c> cannot be used; null when it can.</summary>
    public string? DatastoreProblem { get; set; }

    /// <summary>Free space of <c>ds1</c>.</summary>
    public long Free { get; set; } = 1 << 29;

    /// <summary>Another name of the second datastore.</summary>
    public string? SecondDatastoreName { get; set; }

    public string CryptoMode { get; set; } = "safe";

    public KeyRef? HostKey { get; set; }

    public override Task<HostDescription> PrepareCrypto(PrepareCryptoRequest request, ServerCallContext context)
    {
        if (CryptoMode != "incapable")
        {
            throw Refused(FaultTypes.InvalidState, "lorica.cryptoMode", "host");
        }

        CryptoMode = "prepared";
        return Describe(new DescribeHostRequest(), context);
    }

    public override Task<HostDescription> EnableCrypto(EnableCryptoRequest request, ServerCallContext context)
    {
        if (CryptoMode is "incapable" or "pendingIncapable")
        {
            throw Refused(FaultTypes.InvalidState, "lorica.cryptoMode", "host");
        }

        RequireKey(request.Key, "host");
        if (Keys[Name(request.Key)] != request.Kcv)
        {
            throw Refused(FaultTypes.GenericVmConfigFault, "lorica.wrongKey", "host");
        }

        (CryptoMode, HostKey) = ("safe", request.Key);
        return Describe(new DescribeHostRequest(), context);
    }

    public override Task<HostDescription> DisableCrypto(DisableCryptoRequest request, ServerCallContext context)
    {
        CryptoMode = "pendingIncapable";
        return Describe(new DescribeHostRequest(), context);
    }

    /// <summary>Keys that a powered-on VM needs.</summary>
    protected abstract IReadOnlySet<string> Pinned();

    /// <summary>What a host forgets that is started again.</summary>
    protected abstract void Forget();

    protected void RequireKey(KeyRef? key, string about)
    {
        if (key is not null && !Keys.ContainsKey(Name(key)))
        {
            throw Refused(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", about);
        }
    }

    /// <summary>A refusal as the real host says it, but for its words.</summary>
    protected static RpcException Refused(string type, string key, string about) =>
        FaultCodec.ToRpc(new Fault(type, key, about, $"{about}: {key}"));
}
