using System.Net.Security;
using System.Net.Sockets;
using Lorica.Kmip.Tests.Codec;

namespace Lorica.Kmip.Tests.Server;

/// <summary>
/// Every hostile message of the collection over TLS to the server, one connection each; then it must still serve.
/// </summary>
public sealed class BadMessageTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Closed = "closed";

    /// <summary>What comes back; for all that is not named here: InvalidMessage.</summary>
    private static readonly Dictionary<string, string> Expected = new(StringComparer.Ordinal)
    {
        ["empty"] = Closed,
        ["header-only-7"] = Closed,
        ["http-request"] = Closed,
        // The IDs are optional (1.1, 6.4): both items are carried out.
        ["batch-without-ids"] = nameof(KmipResultReason.ItemNotFound),
        ["operation-0"] = nameof(KmipResultReason.OperationNotSupported),
        ["operation-unknown"] = nameof(KmipResultReason.OperationNotSupported),
        ["uid-newline"] = nameof(KmipResultReason.ItemNotFound),
        ["uid-path"] = nameof(KmipResultReason.ItemNotFound),
        ["uid-long"] = nameof(KmipResultReason.ItemNotFound),
        ["placeholder-outside-batch"] = nameof(KmipResultReason.ItemNotFound),
        ["async-true"] = nameof(KmipResultReason.OperationNotSupported),
        ["undo"] = nameof(KmipResultReason.OperationNotSupported),
        ["max-response-0"] = nameof(KmipResultReason.ResponseTooLarge),
        ["max-response-1"] = nameof(KmipResultReason.ResponseTooLarge),
        ["max-response-negative"] = nameof(KmipResultReason.InvalidField),
        ["timestamp-max"] = nameof(KmipResultReason.ItemNotFound), // time stamps of clients are not compared
        ["create-aes-1"] = nameof(KmipResultReason.InvalidField),
        ["create-aes-2147483647"] = nameof(KmipResultReason.InvalidField),
        ["create-algorithm-unknown"] = nameof(KmipResultReason.InvalidField),
        ["create-algorithm-as-text"] = nameof(KmipResultReason.InvalidField),
        ["create-no-algorithm"] = nameof(KmipResultReason.InvalidField),
        ["create-y-attribute"] = nameof(KmipResultReason.InvalidField),
        ["create-state"] = nameof(KmipResultReason.InvalidField),
        ["create-unique-identifier"] = nameof(KmipResultReason.InvalidField),
        ["create-1000-attributes"] = nameof(KmipResultReason.IndexOutOfBounds),
        ["create-public-key"] = nameof(KmipResultReason.InvalidField),
        ["locate-max-negative"] = nameof(KmipResultReason.InvalidField),
        // Credentials are ignored: the certificate is the identity.
        ["credential-unknown-type"] = nameof(KmipResultReason.ItemNotFound),
    };

    [Fact]
    public async Task Each_gets_its_answer_and_the_server_goes_on()
    {
        var wrong = new List<string>();
        foreach (var bad in Vectors.Bad)
        {
            string answer = await SendAsync(bad.Bytes);
            if (answer != Expected.GetValueOrDefault(bad.Name, nameof(KmipResultReason.InvalidMessage)))
            {
                wrong.Add($"{bad.Name}: {answer} ({bad.Expect})");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Empty(server.Faults);
        await using var client = server.Client();
        await client.ActivateAsync(await client.CreateSymmetricKeyAsync(null, default), default);
    }

    private async Task<string> SendAsync(byte[] bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("localhost", server.Port);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = [server.Pki.ClientA],
            RemoteCertificateValidationCallback =
                (_, c, _, _) => c!.GetCertHashString() == server.Pki.ServerCertificate.Thumbprint,
        });
        await tls.WriteAsync(bytes);
        if (bytes.Length < 8)
        {
            await tls.ShutdownAsync();
        }

        var answer = new MemoryStream();
        byte[] buffer = new byte[65536];
        try
        {
            int n;
            while ((n = await tls.ReadAsync(buffer)) > 0)
            {
                answer.Write(buffer, 0, n);
                byte[] got = answer.ToArray();
                if (got.Length >= 8 && got.Length >= 8 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(got.AsSpan(4)))
                {
                    var item = Answered.Read(got)[0];
                    return item.Reason?.ToString() ?? "Success";
                }
            }
        }
        catch (IOException)
        {
        }

        return Closed;
    }
}
