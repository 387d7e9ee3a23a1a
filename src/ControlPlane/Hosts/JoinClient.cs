using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Join;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// The center's side of joining, over one connection to a host that nobody has vouched for: the certificate that it shows first
/// is the one that counts to the end.
/// </summary>
internal sealed class JoinClient : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly HostJoin.HostJoinClient _client;
    private readonly string _address;
    private readonly byte[] _centerSpki;
    private readonly byte[] _centerNonce = RandomNumberGenerator.GetBytes(JoinProof.Size);
    private readonly TimeProvider _time;
    private readonly string? _expected;
    private X509Certificate2? _shown;

    /// <summary>
    /// A client as <paramref name="self"/>; <paramref name="expectedSha256"/> is the certificate that a person saw.
    /// </summary>
    public JoinClient(CenterIdentity self, string address, EndPoint endPoint, string? expectedSha256, TimeProvider time)
    {
        (_address, _expected, _time) = (address, expectedSha256, time);
        _centerSpki = self.Node.Certificate.PublicKey.ExportSubjectPublicKeyInfo();
        _channel = GrpcChannel.ForAddress(PeerChannel.Address, new GrpcChannelOptions
        {
            HttpHandler = Handler(self.Node, endPoint),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = 64 * 1024,
        });
        _client = new HostJoin.HostJoinClient(_channel);
    }

    /// <summary>The certificate that the host shows.</summary>
    public X509Certificate2 Shown => _shown ?? throw new InvalidOperationException("Not connected yet.");

    /// <summary>The host's key.</summary>
    public byte[] HostSpki => Shown.PublicKey.ExportSubjectPublicKeyInfo();

    /// <summary>Says hello.</summary>
    public Task<HelloReply> HelloAsync(CancellationToken ct) =>
        CallAsync(o => _client.HelloAsync(new HelloRequest { CenterNonce = ByteString.CopyFrom(_centerNonce) }, o), ct);

    /// <summary>Proves that this side knows the token, and checks that the host does.</summary>
    /// <exception cref="FaultException">NoPermission: one of the two did not.</exception>
    public async Task<ProveReply> ProveAsync(JoinToken token, HelloReply hello, CancellationToken ct)
    {
        byte[] nonce = hello.HostNonce.ToByteArray();
        if (nonce.Length != JoinProof.Size)
        {
            throw Impostor("It answers as no host does.");
        }

        byte[] proof = JoinProof.Of(token, Roles.Center, _centerNonce, nonce, _centerSpki, HostSpki);
        var reply = await CallAsync(
            o => _client.ProveAsync(new ProveRequest { CenterProof = ByteString.CopyFrom(proof) }, o), ct);
        byte[] right = JoinProof.Of(token, Roles.Host, _centerNonce, nonce, _centerSpki, HostSpki);
        return CryptographicOperations.FixedTimeEquals(right, reply.HostProof.Span) ? reply
            : throw Impostor("It does not know the token.");
    }

    /// <summary>Hands over certificate and CA: the host has joined when this returns.</summary>
    public Task InstallAsync(string certificatePem, string caPem, CancellationToken ct) =>
        CallAsync(o => _client.InstallAsync(new InstallRequest { CertificatePem = certificatePem, CaPem = caPem }, o), ct);

    /// <inheritdoc />
    public void Dispose()
    {
        _channel.Dispose();
        _shown?.Dispose();
    }

    private async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken ct)
    {
        try
        {
            return await call(new CallOptions(
                deadline: _time.GetUtcNow().UtcDateTime + TimeSpan.FromSeconds(15), cancellationToken: ct));
        }
        catch (RpcException e) when (FaultCodec.IsRefusal(e))
        {
            throw new FaultException(FaultCodec.FromRpc(e, _address), e);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.hostNotJoining", _address,
                $"What answers at {_address} does not wait to join.", "Run `lorica-host join` there."), e);
        }
        catch (RpcException e)
        {
            throw new FaultException(new Fault(FaultTypes.HostCommunication, "lorica.hostUnreachable", _address,
                _shown is null ? $"Nothing that waits to join answers at {_address}."
                    : $"{_address} shows another certificate than the one that was seen, or broke off.",
                "Run `lorica-host join` there, and compare the certificate that its console shows."), e);
        }
    }

    private FaultException Impostor(string why) => new(new Fault(FaultTypes.NoPermission, "lorica.joinImpostor", _address,
        $"What answers at {_address} is not the host whose token this is. {why}",
        "Find out who answers there; nothing was given to it."));

    private SocketsHttpHandler Handler(NodeIdentity self, EndPoint endPoint) => new()
    {
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = SslStreamCertificateContext.Create(self.Certificate, null, offline: true),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => Accepts(certificate as X509Certificate2),
        },
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private bool Accepts(X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            return false;
        }

        string sha256 = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        if ((_expected is not null && _expected != sha256)
            || (_shown is not null && !_shown.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
        {
            return false;
        }

        _shown ??= X509CertificateLoader.LoadCertificate(certificate.RawData);
        return true;
    }
}
