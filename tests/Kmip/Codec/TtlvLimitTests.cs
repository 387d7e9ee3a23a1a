using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Codec;

/// <summary>The caps of the codec, at their edges.</summary>
public sealed class TtlvLimitTests
{
    [Theory]
    [InlineData(TtlvLimits.Depth, true)]
    [InlineData(TtlvLimits.Depth + 1, false)]
    public void Structures_nest_so_deep_and_no_deeper(int depth, bool good)
    {
        byte[] message = new byte[depth * 8];
        for (int i = 0; i < depth; i++)
        {
            Convert.FromHexString($"42007801{(depth - 1 - i) * 8:x8}").CopyTo(message, i * 8);
        }

        Check(message, good);
    }

    [Theory]
    [InlineData(TtlvLimits.Items, true)]
    [InlineData(TtlvLimits.Items + 1, false)]
    public void A_message_has_so_many_items_and_no_more(int items, bool good)
    {
        byte[] message = new byte[items * 8];
        Convert.FromHexString($"42007801{(items - 1) * 8:x8}").CopyTo(message, 0);
        for (int i = 1; i < items; i++)
        {
            Convert.FromHexString("4200080100000000").CopyTo(message, i * 8);
        }

        Check(message, good);
    }

    [Fact]
    public void A_message_over_one_mebibyte_is_neither_read_nor_written()
    {
        Check(new byte[TtlvLimits.MessageBytes + 8], good: false);
        using var writer = new TtlvWriter();
        writer.Begin(Tags.ResponseMessage);
        Assert.Throws<KmipException>(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                writer.Bytes(Tags.KeyMaterial, new byte[60 << 10]);
            }
        });
    }

    [Fact]
    public void What_a_buffer_held_is_zero_once_it_is_cleared()
    {
        var buffer = new PinnedBuffer(16);
        buffer.Ensure(16);
        buffer.Span.Fill(0xAA);
        var before = buffer.Memory;
        buffer.Ensure(64);
        Assert.False(before.Span.ContainsAnyExcept((byte)0));
        buffer.Span[..64].Fill(0xBB);
        var after = buffer.Memory;
        buffer.Dispose();
        Assert.False(after.Span[..64].ContainsAnyExcept((byte)0));
    }

    private static void Check(byte[] message, bool good)
    {
        if (good)
        {
            TtlvValidator.Validate(message);
        }
        else
        {
            Assert.Equal(KmipErrorKind.Protocol, Assert.Throws<KmipException>(() => TtlvValidator.Validate(message)).Kind);
        }
    }
}
