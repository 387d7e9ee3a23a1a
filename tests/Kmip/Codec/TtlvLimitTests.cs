using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Codec;

/// <summary>The caps of the codec, at their edges.</summary>
public sealed class TtlvLimitTests
{
    [Theory]
    [InlineData(TtlvLimits.Depth, true)]
    [InlineData(TtlvLimits.Depth + 1, false)]
    public void StructuresNestSoDeepAndNoDeeper(int depth, bool good)
    {
        var message = new byte[depth * 8];
        for (var i = 0; i < depth; i++)
        {
            Convert.FromHexString($"42007801{(depth - 1 - i) * 8:x8}").CopyTo(message, i * 8);
        }

        Check(message, good);
    }

    [Theory]
    [InlineData(TtlvLimits.Items, true)]
    [InlineData(TtlvLimits.Items + 1, false)]
    public void AMessageHasSoManyItemsAndNoMore(int items, bool good)
    {
        var message = new byte[items * 8];
        Convert.FromHexString($"42007801{(items - 1) * 8:x8}").CopyTo(message, 0);
        for (var i = 1; i < items; i++)
        {
            Convert.FromHexString("4200080100000000").CopyTo(message, i * 8);
        }

        Check(message, good);
    }

    [Fact]
    public void AMessageOverOneMebibyteIsNeitherReadNorWritten()
    {
        Check(new byte[TtlvLimits.MessageBytes + 8], good: false);
        using var writer = new TtlvWriter();
        writer.Begin(Tags.ResponseMessage);
        Assert.Throws<KmipException>(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                writer.Bytes(Tags.KeyMaterial, new byte[60 << 10]);
            }
        });
    }

    [Fact]
    public void WhatABufferHeldIsZeroOnceItIsCleared()
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
