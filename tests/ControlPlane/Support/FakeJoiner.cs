using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Join;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>A host that waits to join, and the host that it is afterwards, at the same address.</summary>
internal sealed class FakeJoiner : HostJoin.HostJoinBase, IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(JoinProof.Size);
    private readonly string _centerPin;
    private readonly X509Certificate2 _ca;
    private byte[] _centerNonce = [];
    private WebApplication _server = null!;

    private FakeJoiner(X509Certificate2 ca, string centerPin) => (_ca, _centerPin) = (ca, centerPin);

    public JoinToken Token { get; } = JoinToken.New();

    public string HostId { get; } = Guid.NewGuid().ToString();

    public string Address { get; private set; } = "";

    /// <summary>Certificate that it was given.</summary>
    public string? Installed { get; private set; }

    /// <summary>Called before it takes its certificate.</summary>
    public Func<Task>? BeforeInstall { get; set; }

    /// <summary>Called when it has taken it, before it says so.</summary>
    public Action? AfterInstall { get; set; }

    public static async Task<FakeJoiner> StartAsync(TestCenter center)
    {
        var joiner = new FakeJoiner(center.Ca, center.CenterPin);
        var request = new CertificateRequest("CN=joining", joiner._key, HashAlgorithmName.SHA256);
        using var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(1));
        joiner._server = await FakeServer.StartAsync(
            new NodeIdentity(X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null), joiner._ca),
            joiner._centerPin, joiner, (k, l) => k.Listen(FakeServer.Loopback(0), l));
        joiner.Address = new Uri(joiner._server.Services
            .GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;
        return joiner;
    }

    /// <summary>Stops waiting and runs as what it became.</summary>
    public async Task RunAsync(TestCenter center)
    {
        await _server.DisposeAsync();
        using var issued = X509Certificate2.CreateFromPem(Installed!).CopyWithPrivateKey(_key);
        var identity = new NodeIdentity(X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pfx), null), _ca);
        _server = await FakeServer.StartAsync(
            identity, _centerPin, new FakeHost(HostId, identity, "node") { SharesWith = center.Host },
            (k, l) => k.Listen(FakeServer.Loopback(System.Net.IPEndPoint.Parse(Address).Port), l));
    }

    public override Task<HelloReply> Hello(HelloRequest request, ServerCallContext context)
    {
        _centerNonce = request.CenterNonce.ToByteArray();
        return Task.FromResult(new HelloReply { HostNonce = ByteString.CopyFrom(_nonce), Name = "node" });
    }

    public override Task<ProveReply> Prove(ProveRequest request, ServerCallContext context)
    {
        byte[] center = context.GetHttpContext().Connection.ClientCertificate!.PublicKey.ExportSubjectPublicKeyInfo();
        byte[] own = _key.ExportSubjectPublicKeyInfo();
        if (!request.CenterProof.Span.SequenceEqual(JoinProof.Of(Token, Roles.Center, _centerNonce, _nonce, center, own)))
        {
            throw FaultCodec.ToRpc(new Fault(
                FaultTypes.NoPermission, "lorica.joinToken", "node", "The token is wrong.", "Type the right one."));
        }

        return Task.FromResult(new ProveReply
        {
            HostProof = ByteString.CopyFrom(JoinProof.Of(Token, Roles.Host, _centerNonce, _nonce, center, own)),
            HostId = HostId,
            Request = ByteString.CopyFrom(
                new CertificateRequest("CN=" + HostId, _key, HashAlgorithmName.SHA256).CreateSigningRequest()),
        });
    }

    public override async Task<InstallReply> Install(InstallRequest request, ServerCallContext context)
    {
        await (BeforeInstall?.Invoke() ?? Task.CompletedTask);
        Installed = request.CertificatePem;
        AfterInstall?.Invoke();
        return new InstallReply();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
    }
}
