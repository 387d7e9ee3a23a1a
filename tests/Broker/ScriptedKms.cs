using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Lorica.Contracts.Broker;
using Lorica.Kmip;
using Lorica.Kmip.Messages;
using Lorica.Kmip.Server;
using Lorica.Kmip.Ttlv;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Tests;

/// <summary>
/// A KMIP server with manners of its own: real TLS and bytes, right answers but where it is told to answer otherwise, item by
/// item.
/// </summary>
internal sealed class ScriptedKms : IAsyncDisposable
{
    public const string Owner = "owner";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeIdentity _identity;
    private readonly RequestProcessor _processor;
    private readonly Task _serving;

    public ScriptedKms(TestPki pki, string name, KmipMemoryStore store)
    {
        (_identity, Store) = (pki.Issue(name, "kms"), store);
        _processor = new(
            new()
            {
                Listen = new(IPAddress.Loopback, 0),
                Certificate = () => throw new NotSupportedException(),
                Authenticate = (_, _) => throw new NotSupportedException(),
            },
            store);
        _listener.Start();
        _serving = ServeAsync();
    }

    public KmipMemoryStore Store { get; }

    /// <summary>What is sent instead of the right item, by operation and identifier; null: the right one.</summary>
    public Func<Operation, string, Action<TtlvWriter>?> Item { get; set; } = (_, _) => null;

    /// <summary>
    /// Changes what is sent for a message: the items of the right answer in order. Null hangs up without an answer.
    /// </summary>
    public Func<IReadOnlyList<byte[]>, IReadOnlyList<byte[]>?> Items { get; set; } = items => items;

    /// <summary>Takes requests of these operations, carries them out and never answers.</summary>
    public Func<Operation, bool> Silent { get; set; } = _ => false;

    /// <summary>First operation of each message, and how many items it had.</summary>
    public ConcurrentQueue<(Operation Operation, int Items)> Asked { get; } = [];

    public PinnedServer Pinned => new()
    {
        Address = new ServerAddress { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port },
        CertificateSha256 = Convert.ToHexStringLower(_identity.Certificate.GetCertHash(HashAlgorithmName.SHA256)),
        RequestTimeoutMs = 2000,
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    /// <summary>A refusal of one item.</summary>
    public static Action<TtlvWriter> Refuse(Operation operation, KmipResultReason reason) => w =>
    {
        w.Enumeration(Tags.Operation, (int)operation);
        w.Enumeration(Tags.ResultStatus, (int)ResultStatus.OperationFailed);
        w.Enumeration(Tags.ResultReason, (int)reason);
        w.Text(Tags.ResultMessage, "as scripted");
    };

    /// <summary>An item that succeeds with <paramref name="payload"/>.</summary>
    public static Action<TtlvWriter> Answer(Operation operation, Action<TtlvWriter> payload) => w =>
    {
        w.Enumeration(Tags.Operation, (int)operation);
        w.Enumeration(Tags.ResultStatus, (int)ResultStatus.Success);
        w.Begin(Tags.ResponsePayload);
        payload(w);
        w.End();
    };

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(open);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _identity.Certificate }, _stop.Token);
                byte[] header = new byte[8];
                while (true)
                {
                    await tls.ReadExactlyAsync(header, _stop.Token);
                    byte[] request = new byte[8 + BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4))];
                    header.CopyTo(request, 0);
                    await tls.ReadExactlyAsync(request.AsMemory(8), _stop.Token);
                    byte[]? answer = Reply(request, out var operation);
                    if (Silent(operation))
                        continue;
                    if (answer is null)
                        return;
                    await tls.WriteAsync(answer, _stop.Token);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
            }
        }
    }

    private byte[]? Reply(byte[] request, out Operation first)
    {
        using var right = new TtlvWriter();
        _processor.Process(request, new(Owner, "CN=client"), "script", right);
        var asked = new List<(Operation Operation, string Id, byte[] ItemId)>();
        foreach (var item in TtlvItem.ReadValid(request).Children())
        {
            if (item.Tag != Tags.BatchItem)
                continue;
            var payload = item.Find(Tags.RequestPayload);
            var id = payload.IsPresent ? payload.Find(Tags.UniqueIdentifier) : default;
            var itemId = item.Find(Tags.UniqueBatchItemID);
            asked.Add(((Operation)item.Need(Tags.Operation).Enumeration(), id.IsPresent ? id.Text() : "",
                itemId.IsPresent ? itemId.Bytes().ToArray() : []));
        }

        first = asked[0].Operation;
        Asked.Enqueue((first, asked.Count));
        var answered = new List<byte[]>();
        var header = TtlvItem.ReadValid(right.Written.Span).Need(Tags.ResponseHeader);
        byte[] version = header.Need(Tags.ProtocolVersion).Encoded.ToArray();
        foreach (var item in TtlvItem.ReadValid(right.Written.Span).Children())
        {
            if (item.Tag != Tags.BatchItem)
                continue;
            var (operation, id, itemId) = asked[answered.Count];
            answered.Add(Item(operation, id) is { } odd ? Encode(odd, itemId) : item.Encoded.ToArray());
        }

        return Items(answered) is { } sent ? Message(version, sent) : null;
    }

    private static byte[] Encode(Action<TtlvWriter> write, byte[] itemId)
    {
        using var inner = new TtlvWriter();
        write(inner);
        using var w = new TtlvWriter();
        w.Begin(Tags.BatchItem);
        if (itemId.Length == 0)
        {
            w.Raw(inner.Written.Span);
        }
        else
        {
            // The item's ID stands behind its operation.
            w.Raw(inner.Written.Span[..16]);
            w.Bytes(Tags.UniqueBatchItemID, itemId);
            w.Raw(inner.Written.Span[16..]);
        }

        w.End();
        return w.Written.ToArray();
    }

    private static byte[] Message(byte[] version, IReadOnlyList<byte[]> items)
    {
        using var w = new TtlvWriter();
        w.Begin(Tags.ResponseMessage);
        w.Begin(Tags.ResponseHeader);
        w.Raw(version);
        w.DateTime(Tags.TimeStamp, 1);
        w.Integer(Tags.BatchCount, items.Count);
        w.End();
        foreach (byte[] item in items)
            w.Raw(item);
        w.End();
        return w.Written.ToArray();
    }
}
