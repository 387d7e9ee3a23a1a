using Lorica.Kmip.Messages;
using Lorica.Kmip.Server;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Codec;

/// <summary>
/// Entry points for fuzzers: every byte string must come back normally. What escapes (another exception than
/// <see cref="KmipException"/>, which is caught here, a crash, or a hang) is a defect.
/// </summary>
internal static class FuzzTargets
{
    private static readonly KmipClientIdentity Client = new("fuzz", "CN=fuzz");

    /// <summary>A request to a server that holds nothing; the answer must be well-formed.</summary>
    public static void Request(ReadOnlySpan<byte> bytes)
    {
        var options = new KmipServerOptions
        {
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Certificate = static () => throw new NotSupportedException(),
            Authenticate = static (_, _) => throw new NotSupportedException(),
            Fault = static (e, _) => throw new InvalidOperationException("a request led to an internal failure", e),
        };
        using var answer = new TtlvWriter();
        new RequestProcessor(options, new KmipMemoryStore()).Process(bytes, Client, "fuzz", answer);
        TtlvValidator.Validate(answer.Written.Span);
    }

    /// <summary>An answer to a client, read as the answer to each operation the client has.</summary>
    public static void Response(ReadOnlySpan<byte> bytes)
    {
        foreach (var operation in Enum.GetValues<Operation>())
        {
            try
            {
                var payload = ResponseDecoder.Payload(bytes, operation);
                if (!payload.IsPresent)
                {
                    continue;
                }

                if (operation == Operation.Get)
                {
                    _ = KeyBlockReader.Material(payload, payload.Need(Tags.UniqueIdentifier).Text(), 32);
                }

                foreach (var child in payload.Children())
                {
                    if (child.Tag == Tags.Attribute)
                    {
                        _ = AttributeDecoder.Decode(child);
                    }
                    else if (child.Tag == Tags.ProtocolVersion)
                    {
                        _ = ResponseDecoder.Version(child);
                    }
                }
            }
            catch (KmipException)
            {
                // The one exception that may come.
            }
        }
    }
}
