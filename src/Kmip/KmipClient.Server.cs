using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip.Client;
using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip;

/// <summary>What concerns the server itself: version, description, certificate.</summary>
public sealed partial class KmipClient
{
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Asks the server for its versions (in 1.1, as every client does first) and takes the newest that both have. A server that
    /// does not know the question gets 1.0. Called by itself before the first other request; call it again as a health check.
    /// </summary>
    public async Task<KmipVersion> NegotiateAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var version = await NegotiateNeedsLockAsync(ct);
            _version = version;
            return version;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Asks what the server is and can do.</summary>
    public Task<KmipServerInformation> QueryAsync(CancellationToken ct) => RequestAsync(
        Operation.Query, repeatable: true,
        w =>
        {
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.Operations);
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.Objects);
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.ServerInformation);
        },
        ReadInformation, ct);

    /// <summary>
    /// Fetches the certificates that a server shows, leaf first, without trusting them and without an identity of ours: for
    /// showing and pinning. A server that insists on a client certificate may show its leaf only. The caller disposes them.
    /// </summary>
    /// <param name="host">Name or address.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="proxy">HTTP proxy on the way.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<IReadOnlyList<X509Certificate2>> FetchServerCertificateAsync(
        string host, int port, KmipProxy? proxy = null, CancellationToken ct = default)
    {
        string server = $"{host}:{port}";
        var shown = new List<X509Certificate2>();
        using var deadline = new Deadline(FetchTimeout, TimeProvider.System, ct);
        var socket = await KmipConnection.ConnectAsync(host, port, proxy, deadline);
        await using var tls = new SslStream(new System.Net.Sockets.NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,

                    // Nothing but the certificate is looked at, whichever suites are allowed for the work.
                    CipherSuitesPolicy = TlsSuites.Policy(KmipTlsSuites.KmipCompat),
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateChainPolicy = new X509ChainPolicy
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        RevocationMode = X509RevocationMode.NoCheck,
                        DisableCertificateDownloads = true,
                    },
                    RemoteCertificateValidationCallback = (_, certificate, chain, _) => Keep(shown, certificate, chain),

                    // Asked when the server wants a certificate of ours: under TLS 1.2 that is the last moment at which a server
                    // that insists on one still lets us see its own.
                    LocalCertificateSelectionCallback = (_, _, _, certificate, _) =>
                    {
                        Keep(shown, certificate, chain: null);
                        return null!;
                    },
                },
                deadline.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException
            or InvalidOperationException)
        {
            deadline.ThrowIfCallerCancelled();
            if (shown.Count == 0)
            {
                // A server that wants a client certificate breaks off only after it has shown its own, which is enough.
                throw e is OperationCanceledException
                    ? Failure.TimedOut(server, "the TLS handshake", deadline.Length, sent: false)
                    : Failure.Handshake(server, e);
            }
        }

        return shown.Count > 0 ? shown : throw Failure.Malformed(server, "the server showed no certificate");
    }

    private static bool Keep(List<X509Certificate2> shown, X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is null)
        {
            return true;
        }

        X509Certificate2[] all =
            [X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()), .. chain?.ChainPolicy.ExtraStore ?? []];
        foreach (var one in all)
        {
            if (!shown.Exists(s => s.RawData.AsSpan().SequenceEqual(one.RawData)))
            {
                shown.Add(X509CertificateLoader.LoadCertificate(one.RawData));
            }
        }

        return true;
    }

    private async Task<KmipVersion> NegotiateNeedsLockAsync(CancellationToken ct)
    {
        if (_options.MaximumVersion < KmipVersion.V11)
        {
            return KmipVersion.V10;
        }

        try
        {
            return await SendNeedsLockAsync(
                KmipVersion.V11, Operation.DiscoverVersions, repeatable: true, static _ => { }, Choose, ct);
        }
        catch (KmipException e) when (e.Kind == KmipErrorKind.Refused && e.Reason != KmipResultReason.AuthenticationNotSuccessful)
        {
            // Whatever reason an old server finds.
            return KmipVersion.V10;
        }
    }

    private KmipVersion Choose(TtlvItem payload)
    {
        KmipVersion? best = null;
        foreach (var child in payload.IsPresent ? payload.Children() : default)
        {
            if (child.Tag != Tags.ProtocolVersion)
            {
                continue;
            }

            var offered = ResponseDecoder.Version(child);
            if (KmipVersion.All.Contains(offered) && offered <= _options.MaximumVersion && (best is null || offered > best))
            {
                best = offered;
            }
        }

        return best ?? throw KmipException.Malformed("the server has no version from 1.0 to 1.4");
    }

    private static KmipServerInformation ReadInformation(TtlvItem payload)
    {
        string vendor = "";
        List<int> operations = [], types = [];
        foreach (var child in payload.IsPresent ? payload.Children() : default)
        {
            switch (child.Tag)
            {
                case Tags.Operation:
                    operations.Add(child.Enumeration());
                    break;
                case Tags.ObjectType:
                    types.Add(child.Enumeration());
                    break;
                case Tags.VendorIdentification:
                    vendor = PrintableText.Escape(child.Text());
                    break;
            }
        }

        return new(vendor, operations, types);
    }
}
