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

/// <summary>A host whose files are in memory. It keeps the rules of the protocol: sequence, epochs, keys before use.</summary>
internal sealed partial class FakeHost(string id, NodeIdentity identity, string name = "h1") : HostControl.HostControlBase
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Guid, ChannelWriter<HostEvent>> _watchers = new();
    private readonly Dictionary<string, long> _epochs = [];
    private string _bootId = Guid.NewGuid().ToString();
    private ulong _sequence = 1;

    /// <summary>Check value by "provider/key".</summary>
    public ConcurrentDictionary<string, string> Keys { get; } = new();

    public ConcurrentDictionary<string, VmDescription> Vms { get; } = new();

    public ConcurrentDictionary<string, byte[]> Content { get; } = new();

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
            Jobs.Clear();
        }

        foreach (var watcher in _watchers.Values)
        {
            watcher.TryComplete();
        }
    }

    public override Task<HostDescription> Describe(DescribeHostRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            var d = new HostDescription
            {
                HostId = id, Name = name, Version = "fake", BootId = _bootId, CryptoMode = CryptoMode, HostKey = HostKey,
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
        // A key that a powered-on VM needs is pinned.
        var pinned = Vms.Values.Where(v => v.PowerState == "poweredOn")
            .SelectMany(v => v.Disks.Select(d => d.Key).Append(v.Key)).Where(k => k is not null).Select(Name).ToHashSet();
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

    private void TakeEpoch(string vm, long epoch)
    {
        lock (_lock)
        {
            if (epoch < _epochs.GetValueOrDefault(vm))
            {
                throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidState, "lorica.oldEpoch", vm, "old epoch"));
            }

            _epochs[vm] = epoch;
        }
    }

    private VmDescription Find(string vm)
    {
        if (!Vms.TryGetValue(vm, out var found))
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.NotFound, "lorica.vmNotFound", vm, "no such VM"));
        }

        return WithMissing(found);
    }

    private VmDescription WithMissing(VmDescription found)
    {
        var d = found.Clone();
        d.MissingKeys.AddRange(
            new[] { d.Key }.Concat(d.Disks.Select(x => x.Key)).Where(k => k is not null && !Keys.ContainsKey(Name(k)))
            .Select(k => new KeyFault { Key = k, Reason = KeyReasons.MissingOnHost }));
        return d;
    }
}
