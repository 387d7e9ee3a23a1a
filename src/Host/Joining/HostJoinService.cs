using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Join;
using Lorica.Host.Refusals;
using Lorica.Platform.Trust;

namespace Lorica.Host.Joining;

/// <summary>The wire of <see cref="JoinSession"/>.</summary>
internal sealed class HostJoinService(JoinSession session) : HostJoin.HostJoinBase
{
    private const int MaximumPem = 16 * 1024;

    public override Task<HelloReply> Hello(HelloRequest request, ServerCallContext context) => AnswerAsync(() => new HelloReply
    {
        HostNonce = ByteString.CopyFrom(session.Hello(NetworkOf(context), SpkiOf(context), request.CenterNonce.Span)),
        Name = session.Name,
    });

    public override Task<ProveReply> Prove(ProveRequest request, ServerCallContext context) => AnswerAsync(() =>
    {
        var (proof, csr) = session.Prove(NetworkOf(context), SpkiOf(context), request.CenterProof.Span);
        return new ProveReply
        {
            HostProof = ByteString.CopyFrom(proof), HostId = session.HostId, Request = ByteString.CopyFrom(csr),
        };
    });

    public override Task<InstallReply> Install(InstallRequest request, ServerCallContext context) => AnswerAsync(() =>
    {
        if (request.CertificatePem.Length > MaximumPem || request.CaPem.Length > MaximumPem)
            throw Refuse.Argument("certificate", "The certificate is larger than any that a center gives out.");
        session.Install(CertificateOf(context), request.CertificatePem, request.CaPem);
        return new InstallReply();
    });

    private static Task<T> AnswerAsync<T>(Func<T> answer)
    {
        try
        {
            return Task.FromResult(answer());
        }
        catch (Exception e) when (FaultMap.Find(e, "join") is { } fault)
        {
            throw FaultCodec.ToRpc(fault);
        }
    }

    private static string NetworkOf(ServerCallContext context) =>
        PeerNetwork.Of(context.GetHttpContext().Connection.RemoteIpAddress);

    private static byte[] SpkiOf(ServerCallContext context) => CertificateOf(context).PublicKey.ExportSubjectPublicKeyInfo();

    private static X509Certificate2 CertificateOf(ServerCallContext context) =>
        context.GetHttpContext().Connection.ClientCertificate
        ?? throw Refuse.Argument("connection", "The peer shows no certificate.");
}
