using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Codec;

/// <summary>Other people's messages: read, written again, byte for byte.</summary>
public sealed class VectorTests
{
    /// <summary>What is refused on purpose, by reason; the list may only shrink.</summary>
    private static readonly Dictionary<string, int> Unsupported = new(StringComparer.Ordinal)
    {
    };

    [Fact]
    public void Every_item_is_read_and_written_again_byte_for_byte()
    {
        var refused = new List<string>();
        foreach (var vector in Vectors.All)
        {
            try
            {
                Assert.True(Transcoder.Copy(vector.Bytes).AsSpan().SequenceEqual(vector.Bytes), vector.Name);
            }
            catch (KmipException e)
            {
                refused.Add($"{vector.Kind} {vector.Version} {vector.Name} ({vector.Source}): {e.Message}");
            }
        }

        Assert.True(refused.Count == Unsupported.Values.Sum(), string.Join('\n', refused));
    }

    [Fact]
    public void Every_response_is_taken_or_a_refusal()
    {
        int read = 0;
        foreach (var vector in Vectors.All.Where(
            v => v is { Kind: "message", Direction: "response", IsOne: true } && v.Operations.Length <= 1))
        {
            var operation = vector.Operations is [var name] && Enum.TryParse<Operation>(name, out var known) ? known : default;
            try
            {
                _ = ResponseDecoder.Payload(vector.Bytes, operation);
                read++;
            }
            catch (KmipException e)
            {
                Assert.True(e.Kind == KmipErrorKind.Refused || operation == default,
                    $"{vector.Name} ({vector.Source}): {e.Message}");
            }
        }

        Assert.True(read > 300, $"{read}");
    }

    [Fact]
    public void Every_request_header_is_taken()
    {
        int read = 0;
        foreach (var vector in Vectors.All.Where(v => v is { Kind: "message", Direction: "request", IsOne: true }))
        {
            var message = TtlvItem.Parse(vector.Bytes, Tags.RequestMessage);
            try
            {
                var header = message.Need(Tags.RequestHeader);
                _ = RequestHeader.Decode(header, ResponseDecoder.Version(header.Need(Tags.ProtocolVersion)));
                read++;
            }
            catch (KmipException e)
            {
                Assert.Fail($"{vector.Name} ({vector.Source}): {e.Message}");
            }
        }

        Assert.True(read > 1000, $"{read}");
    }

    [Fact]
    public void No_message_of_others_breaks_the_server_or_the_client()
    {
        foreach (var vector in Vectors.All)
        {
            FuzzTargets.Request(vector.Bytes);
            FuzzTargets.Response(vector.Bytes);
        }
    }

    [Fact]
    public void No_hostile_message_breaks_the_server_or_the_client()
    {
        foreach (var vector in Vectors.Bad)
        {
            FuzzTargets.Request(vector.Bytes);
            FuzzTargets.Response(vector.Bytes);
        }
    }
}
