using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Net.Client;
using Lorica.Contracts.Join;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;

namespace Lorica.Host.Tests.Support;

/// <summary>The center's side of joining, step by step, with whatever identity and token a test gives it.</summary>
internal sealed class TestJoiner : IDisposable
{
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(JoinProof.Size);
    private readonly NodeIdentity _self;
    private readonly GrpcChannel _channel;
    private HelloReply? _hello;

    public TestJoiner(NodeIdentity self, System.Net.IPEndPoint address)
    {
        _self = self;
        _channel = GrpcChannel.ForAddress("https://" + address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificateContext = SslStreamCertificateContext.Create(self.Certificate, null, offline: true),
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        HostSpki = ((X509Certificate2)certificate!).PublicKey.ExportSubjectPublicKeyInfo();
                        return HostSpki.Length > 0;
                    },
                },
            },
            DisposeHttpClient = true,
        });
        Client = new HostJoin.HostJoinClient(_channel);
    }

    public HostJoin.HostJoinClient Client { get; }

    public byte[] HostSpki { get; private set; } = [];

    private byte[] CenterSpki => _self.Certificate.PublicKey.ExportSubjectPublicKeyInfo();

    public async Task HelloAsync() =>
        _hello = await Client.HelloAsync(new HelloRequest { CenterNonce = ByteString.CopyFrom(_nonce) });

    /// <summary>Proves, as one who believes that the host's key is <paramref name="hostSpki"/>.</summary>
    public async Task<ProveReply> ProveAsync(JoinToken token, byte[]? hostSpki = null) => await Client.ProveAsync(new ProveRequest
    {
        CenterProof = ByteString.CopyFrom(JoinProof.Of(
            token, Roles.Center, _nonce, _hello!.HostNonce.Span, CenterSpki, hostSpki ?? HostSpki)),
    });

    public bool IsHosts(ProveReply reply, JoinToken token) =>
        JoinProof.Of(token, Roles.Host, _nonce, _hello!.HostNonce.Span, CenterSpki, HostSpki)
            .AsSpan().SequenceEqual(reply.HostProof.Span);

    public void Dispose() => _channel.Dispose();
}
