using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Lorica.Kmip.Server;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Client;

/// <summary>
/// A server with manners of its own: real TLS and, unless the script says otherwise, right answers. The script sees each request
/// with the right answer to it and returns what to send; null closes the connection without an answer.
/// </summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly RequestProcessor _processor;
    private readonly KmipPki _pki;
    private readonly Task _serving;

    public ScriptedPeer(KmipPki pki, Func<byte[], byte[], byte[]?> script)
    {
        _pki = pki;
        Script = script;
        _processor = new(
            new()
            {
                Listen = new(IPAddress.Loopback, 0),
                Certificate = () => throw new NotSupportedException(),
                Authenticate = (_, _) => throw new NotSupportedException(),
            },
            Store);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Func<byte[], byte[], byte[]?> Script { get; set; }

    public KmipMemoryStore Store { get; } = new();

    public int Connections { get; private set; }

    public List<int> Operations { get; } = [];

    public KmipClient Client(Func<KmipClientOptions, KmipClientOptions>? change = null)
    {
        var options = new KmipClientOptions
        {
            Host = "localhost",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            ClientCertificate = _pki.ClientA,
            ServerTrust = new() { Roots = [_pki.Root] },
        };
        return KmipClient.Create(change?.Invoke(options) ?? options);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Connections++;
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _pki.ServerCertificate }, _stop.Token);
                await AnswerAsync(tls);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException
                or ObjectDisposedException)
            {
            }
        }
    }

    private async Task AnswerAsync(SslStream tls)
    {
        byte[] header = new byte[8];
        while (true)
        {
            await tls.ReadExactlyAsync(header, _stop.Token);
            byte[] request = new byte[8 + BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4))];
            header.CopyTo(request, 0);
            await tls.ReadExactlyAsync(request.AsMemory(8), _stop.Token);
            Operations.Add(OperationOf(request));
            if (Script(request, Right(request)) is not { } answer)
            {
                return;
            }

            await tls.WriteAsync(answer, _stop.Token);
        }
    }

    public static int OperationOf(byte[] message) =>
        TtlvItem.ReadValid(message).Find(Tags.BatchItem).Need(Tags.Operation).Enumeration();

    private byte[] Right(byte[] request)
    {
        using var writer = new TtlvWriter();
        _processor.Process(request, new("a", "CN=a"), "script", writer);
        return writer.Written.ToArray();
    }
}
