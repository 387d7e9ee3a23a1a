using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Client identities: what was asked, and a verdict that a test sets. The real judge is tested in
/// tests/Broker.</summary>
internal sealed partial class FakeBroker
{
    private int _renewals;

    /// <summary>Keys that each change of an identity was to prove.</summary>
    public ConcurrentQueue<IdentityProof> Proofs { get; } = new();

    /// <summary>New identities do not see the keys in use.</summary>
    public bool NotVisible { get; set; }

    /// <summary>The broker's own key, over which it asks a certificate.</summary>
    public ECDsa OwnKey { get; set; } = null!;

    public override Task<ProviderDescription> DescribeProvider(ProviderRequest request, ServerCallContext context) =>
        Task.FromResult(_providers.TryGetValue(request.Name, out var d) ? d : throw FaultCodec.ToRpc(
            new Fault(FaultTypes.NotFound, "lorica.providerUnknown", request.Name, "no")));

    public override Task<RequestCertificateReply> RequestCertificate(
        RequestCertificateRequest request, ServerCallContext context) => Task.FromResult(new RequestCertificateReply
        {
            Pem = _providers[request.Name].IdentityKind != "brokerCertificate" || request.NewKey
                ? request.NewKey ? "REQUEST OF A NEW KEY" : "REQUEST"
                : new CertificateRequest("CN=broker", OwnKey, HashAlgorithmName.SHA256).CreateSigningRequestPem(),
        });

    public override Task<ProviderDescription> InstallCertificate(InstallCertificateRequest request, ServerCallContext context) =>
        request.CertificatePem == "SIGNED" || request.CertificatePem.StartsWith("-----BEGIN", StringComparison.Ordinal)
            ? Task.FromResult(Take(request.Name, request.Proof, d => Identity(
                request.CertificatePem == "SIGNED" ? "requested" : d.IdentityKind, request.CertificatePem)))
            : throw FaultCodec.ToRpc(new Fault(
                FaultTypes.InvalidArgument, "lorica.certificateOfAnotherKey", request.Name, "another key"));

    public override Task<ProviderDescription> RenewIdentity(RenewIdentityRequest request, ServerCallContext context) =>
        Task.FromResult(Take(request.Name, request.Proof, d => Identity(d.IdentityKind, $"RENEWED {++_renewals}")));

    public override Task<ProviderDescription> RestoreIdentity(RestoreIdentityRequest request, ServerCallContext context) =>
        Task.FromResult(Take(request.Name, request.Proof, d => d.Former ?? throw FaultCodec.ToRpc(
            new Fault(FaultTypes.NotFound, "lorica.noFormerIdentity", request.Name, "none"))));

    private static IdentityDescription Identity(string kind, string pem) => new()
    {
        Kind = kind, CertificatePem = pem, CertificateSha256 = pem == "SIGNED" ? "cd" : "of " + pem, KeySha256 = "key",
        NotBeforeUnix = 1_700_000_000, NotAfterUnix = 1_900_000_000, SinceUnix = 1_700_000_000,
    };

    private ProviderDescription Take(string name, IdentityProof? proof, Func<ProviderDescription, IdentityDescription> next)
    {
        Proofs.Enqueue(proof ?? new IdentityProof());
        if (NotVisible && proof?.Force != true)
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidState, "lorica.identityNotProven", name,
                $"The new client identity of {name} is not taken: not visible to this identity."));
        }

        var before = _providers[name];
        var taken = before.Clone();
        taken.Present = next(before);
        taken.Former = before.Present;
        taken.IdentityKind = taken.Present.Kind;
        (taken.ClientCertificatePem, taken.ClientCertificateSha256) =
            (taken.Present.CertificatePem, taken.Present.CertificateSha256);
        taken.UnprovenSinceUnix = NotVisible ? 1_800_000_000 : 0;
        return _providers[name] = taken;
    }
}
