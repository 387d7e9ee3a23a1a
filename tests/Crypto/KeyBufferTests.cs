using System.Runtime.CompilerServices;

namespace Lorica.Crypto.Tests;

public sealed unsafe class KeyBufferTests
{
    [Fact]
    public void A_new_buffer_is_zeroed_aligned_and_prints_nothing()
    {
        using var key = KeyBuffer.Allocate(33);
        Assert.Equal(33, key.Length);
        Assert.True(ZeroBlocks.IsAllZero(key.Span));
        Assert.Equal(0u, (nuint)key.Pointer % 64);
        Assert.Equal("[redacted]", key.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void An_empty_buffer_is_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyBuffer.Allocate(length));

    [Fact]
    public void Disposing_zeroes_the_bytes_and_closes_the_buffer()
    {
        var key = KeyBuffer.Random(48);
        byte* bytes = key.Pointer;
        Assert.False(ZeroBlocks.IsAllZero(new ReadOnlySpan<byte>(bytes, 48)));
        key.Dispose();
        key.Dispose();

        // Slabs stay mapped, so the memory can still be looked at. Other tests may take the place: it never shows the old bytes.
        Assert.Throws<ObjectDisposedException>(() => { _ = key.Span; });
        Assert.Throws<ObjectDisposedException>(() => { _ = key.Pointer; });
        using var next = KeyBuffer.Allocate(48);
        Assert.True(ZeroBlocks.IsAllZero(next.Span));
    }

    [Fact]
    public void A_forgotten_buffer_is_given_back_by_the_finalizer()
    {
        // Each round forgets more than a slab holds; without the finalizer a thousand rounds would need a hundred slabs.
        for (int i = 0; i < 20; i++)
        {
            Forget();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.InRange(KeyMemory.SlabAddresses().Count, 1, 12);
    }

    [Fact]
    public void A_slice_is_a_copy_of_its_own()
    {
        using var key = KeyBuffer.Random(64);
        using var half = key.Slice(32, 32);
        Assert.True(half.Span.SequenceEqual(key.Span[32..]));
        key.Span.Clear();
        Assert.False(ZeroBlocks.IsAllZero(half.Span));
    }

    [Fact]
    public void Equality_needs_same_length_and_bytes()
    {
        using var key = KeyBuffer.CopyOf("0123456789abcdef"u8);
        using var same = KeyBuffer.CopyOf("0123456789abcdef"u8);
        using var other = KeyBuffer.CopyOf("0123456789abcdeF"u8);
        using var shorter = KeyBuffer.CopyOf("0123456789abcde"u8);
        Assert.True(key.FixedTimeEquals(same));
        Assert.False(key.FixedTimeEquals(other));
        Assert.False(key.FixedTimeEquals(shorter));
    }

    [Fact]
    public void Many_buffers_of_all_sizes_never_overlap()
    {
        int[] sizes = new[] { 1, 16, 32, 63, 64, 65, 768, 4096, 16384, 16385, 100_000 };
        var buffers = Enumerable.Range(0, 110).Select(i => KeyBuffer.Allocate(sizes[i % sizes.Length])).ToArray();
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i].Span.Fill((byte)(i + 1));
        }

        for (int i = 0; i < buffers.Length; i++)
        {
            Assert.False(buffers[i].Span.ContainsAnyExcept((byte)(i + 1)));
            buffers[i].Dispose();
        }
    }

    [Fact]
    public void Many_threads_may_take_and_return_at_once()
        => Parallel.For(0, 2000, i =>
        {
            using var key = KeyBuffer.Allocate(16 + (i % 200));
            Assert.True(ZeroBlocks.IsAllZero(key.Span));
            key.Span.Fill((byte)i);
            Assert.False(key.Span.ContainsAnyExcept((byte)i));
        });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        for (int i = 0; i < 150; i++)
        {
            KeyBuffer.Allocate(512).Span.Fill(0xee);
        }
    }
}
