using System.Security.Cryptography;
using System.Text;

namespace Lorica.Crypto.Tests;

public sealed class SealedStreamTests
{
    private const int Chunk = 64 * 1024, Tag = 16, Header = SealedStreamKeySection.HeaderBytes;

    private static readonly SealedStreamHeader Named = new()
    {
        Kind = SealedStreamKind.ConsoleLog,
        OwnerId = Guid.Parse("0a1b2c3d-1111-2222-3333-444455556666"),
        StreamId = Guid.Parse("77777777-8888-9999-aaaa-bbbbccccdddd"),
    };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(2 * Chunk)]
    [InlineData((3 * Chunk) + 5)]
    public async Task What_is_written_in_pieces_is_read_whole(int length)
    {
        using var key = KeyBuffer.Random(32);
        byte[] data = RandomNumberGenerator.GetBytes(length);
        byte[] sealedBytes = await Seal(key, data, piece: 10_007);
        int chunks = Math.Max(1, (length + Chunk - 1) / Chunk);
        Assert.Equal(Header + length + (chunks * Tag), sealedBytes.Length);
        Assert.Equal(data, await Read(key, sealedBytes));
    }

    [Fact]
    public async Task The_reader_needs_no_seeking_and_takes_short_reads()
    {
        using var key = KeyBuffer.Random(32);
        byte[] data = RandomNumberGenerator.GetBytes((2 * Chunk) + 77);
        using var trickle = new TrickleStream(await Seal(key, data));
        using var reader = await SealedStreamReader.OpenAsync(trickle, (_, _) => key.Slice(0, 32));
        using var output = new MemoryStream();
        await reader.CopyToAsync(output);
        Assert.Equal(data, output.ToArray());
    }

    [Fact]
    public async Task The_lookup_sees_header_and_key_section()
    {
        using var key = KeyBuffer.Random(32);
        byte[] sealedBytes = await Seal(key, [1, 2, 3]);
        using var reader = await SealedStreamReader.OpenAsync(
            new MemoryStream(sealedBytes),
            (header, section) =>
            {
                Assert.Equal(Named, header);
                Assert.Equal("section", Encoding.ASCII.GetString(section.Span));
                return key.Slice(0, 32);
            });
        Assert.Equal(Named, reader.Header);
    }

    [Fact]
    public async Task A_cut_anywhere_is_refused_and_only_whole_chunks_before_it_are_given_out()
    {
        using var key = KeyBuffer.Random(32);
        byte[] data = RandomNumberGenerator.GetBytes((2 * Chunk) + 100);
        byte[] whole = await Seal(key, data);
        int first = Header + Chunk + Tag;
        foreach (int length in new[]
        {
            0, 7, Header - 1, Header, Header + 1, Header + Tag, first - 1, first, first + 1, first + Tag, first + Chunk + Tag,
            whole.Length - 1,
        })
        {
            var (given, refused) = await ReadUntilRefused(key, whole[..length]);
            Assert.Equal(CryptoErrorKind.BadStream, refused.Kind);
            Assert.Equal(0, given.Length % Chunk);
            Assert.True(data.AsSpan().StartsWith(given), $"cut at {length}");
            Assert.True(given.Length < data.Length);
        }
    }

    [Fact]
    public async Task An_edited_byte_anywhere_is_refused()
    {
        using var key = KeyBuffer.Random(32);
        byte[] whole = await Seal(key, RandomNumberGenerator.GetBytes(Chunk + 40));
        for (int at = 0; at < whole.Length; at += at is < 96 or > 8200 and < 8400 ? 1 : 997)
        {
            byte[] edited = whole.ToArray();
            edited[at] ^= 1;
            var (_, refused) = await ReadUntilRefused(key, edited);
            Assert.True(refused.Kind is CryptoErrorKind.BadStream or CryptoErrorKind.BadSeal, $"byte {at}");
        }
    }

    [Fact]
    public async Task Swapped_repeated_dropped_and_appended_chunks_are_refused()
    {
        using var key = KeyBuffer.Random(32);
        byte[] data = RandomNumberGenerator.GetBytes((3 * Chunk) + 9);
        byte[] whole = await Seal(key, data);
        byte[] Part(int chunk) => whole[(Header + (chunk * (Chunk + Tag)))..Math.Min(
            whole.Length, Header + ((chunk + 1) * (Chunk + Tag)))];
        byte[] head = whole[..Header];
        byte[][] forged =
        [
            [.. head, .. Part(1), .. Part(0), .. Part(2), .. Part(3)],
            [.. head, .. Part(0), .. Part(0), .. Part(1), .. Part(2), .. Part(3)],
            [.. head, .. Part(0), .. Part(2), .. Part(3)],
            [.. head, .. Part(1), .. Part(2), .. Part(3)],
            [.. whole, 0],
            [.. whole, .. Part(3)],
            [.. whole, .. new byte[Chunk + Tag]],
            [.. whole, .. whole],
        ];
        foreach (byte[] bytes in forged)
        {
            var (given, refused) = await ReadUntilRefused(key, bytes);
            Assert.Equal(CryptoErrorKind.BadStream, refused.Kind);
            Assert.True(data.AsSpan().StartsWith(given));
        }
    }

    [Fact]
    public async Task Chunks_of_another_stream_under_the_same_file_key_are_refused()
    {
        using var key = KeyBuffer.Random(32);
        byte[] data = RandomNumberGenerator.GetBytes(500);
        byte[] one = await Seal(key, data);
        byte[] two = await Seal(key, data);
        Assert.NotEqual(one[Header..], two[Header..]);
        var (given, refused) = await ReadUntilRefused(key, [.. one[..Header], .. two[Header..]]);
        Assert.Equal(CryptoErrorKind.BadStream, refused.Kind);
        Assert.Empty(given);
    }

    [Fact]
    public async Task An_empty_last_chunk_after_others_is_refused()
    {
        using var key = KeyBuffer.Random(32);
        using var output = new MemoryStream();
        using (var writer = new SealedStreamWriter(output, Named, key, []))
        {
            // Forged with the key itself: a full chunk that is not the last, then an empty one.
            await writer.WriteAsync(new byte[Chunk + 1]);
            await writer.CompleteAsync();
        }

        byte[] whole = output.ToArray();
        using var chunkKey = Streams.StreamFormat.ChunkKey(whole[..Header], key);
        byte[] empty = new byte[Tag];
        byte[] nonce = new byte[12];
        Streams.StreamFormat.Nonce(nonce, 1, last: true);
        using (var gcm = new AesGcm(chunkKey.Span, Tag))
        {
            gcm.Encrypt(nonce, Array.Empty<byte>(), Array.Empty<byte>(), empty);
        }

        var (given, refused) = await ReadUntilRefused(key, [.. whole[..(Header + Chunk + Tag)], .. empty]);
        Assert.Equal(CryptoErrorKind.BadStream, refused.Kind);
        Assert.Equal(Chunk, given.Length);
    }

    [Fact]
    public async Task A_writer_that_is_not_completed_leaves_no_whole_stream()
    {
        using var key = KeyBuffer.Random(32);
        using var output = new MemoryStream();
        var writer = new SealedStreamWriter(output, Named, key, []);
        await writer.WriteAsync(new byte[(2 * Chunk) + 5]);
        writer.Dispose();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteAsync(new byte[1]));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CompleteAsync());
        var (_, refused) = await ReadUntilRefused(key, output.ToArray());
        Assert.Equal(CryptoErrorKind.BadStream, refused.Kind);
    }

    [Fact]
    public async Task A_writer_whose_stream_failed_stays_failed()
    {
        using var key = KeyBuffer.Random(32);
        using var broken = new MemoryStream(new byte[Header + 10], writable: true);
        using var writer = new SealedStreamWriter(broken, Named, key, []);
        await Assert.ThrowsAsync<NotSupportedException>(async () => await writer.WriteAsync(new byte[2 * Chunk]));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CompleteAsync());
    }

    [Fact]
    public async Task A_reader_that_refused_once_gives_nothing_more()
    {
        using var key = KeyBuffer.Random(32);
        byte[] whole = await Seal(key, new byte[3 * Chunk]);
        whole[Header + Chunk + Tag + 5] ^= 1;
        using var reader = await SealedStreamReader.OpenAsync(new MemoryStream(whole), (_, _) => key.Slice(0, 32));
        byte[] buffer = new byte[Chunk];
        Assert.Equal(Chunk, await reader.ReadAsync(buffer));
        for (int i = 0; i < 3; i++)
        {
            var refused = await Assert.ThrowsAsync<CryptoException>(async () => await reader.ReadAsync(buffer));
            Assert.Equal(CryptoErrorKind.BadStream, refused.Kind);
        }
    }

    [Fact]
    public async Task More_chunks_than_the_counter_allows_are_neither_written_nor_read()
    {
        using var key = KeyBuffer.Random(32);
        using var output = new MemoryStream();
        using var writer = new SealedStreamWriter(output, Named, key, []) { NextChunk = (1ul << 32) - 1 };
        await writer.WriteAsync(new byte[Chunk]);
        var full = await Assert.ThrowsAsync<CryptoException>(async () => await writer.WriteAsync(new byte[Chunk + 1]));
        Assert.Equal(CryptoErrorKind.BadStream, full.Kind);

        using var reader = await SealedStreamReader.OpenAsync(new MemoryStream(await Seal(key, [1])), (_, _) => key.Slice(0, 32));
        reader.NextChunk = 1ul << 32;
        var refused = await Assert.ThrowsAsync<CryptoException>(async () => await reader.ReadAsync(new byte[1]));
        Assert.Contains("2^32", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_key_is_a_bad_seal()
    {
        using var key = KeyBuffer.Random(32);
        using var other = KeyBuffer.Random(32);
        var (_, refused) = await ReadUntilRefused(other, await Seal(key, [1]));
        Assert.Equal(CryptoErrorKind.BadSeal, refused.Kind);
    }

    [Fact]
    public async Task The_key_section_is_replaced_without_touching_the_data()
    {
        using var key = KeyBuffer.Random(32);
        byte[] data = RandomNumberGenerator.GetBytes(Chunk + 1);
        byte[] before = await Seal(key, data);
        using var file = new MemoryStream(before.ToArray());
        byte[] section = RandomNumberGenerator.GetBytes(8192);
        await SealedStreamKeySection.ReplaceAsync(file, key, section);
        byte[] after = file.ToArray();
        Assert.Equal(before[..80], after[..80]);
        Assert.Equal(before[Header..], after[Header..]);
        using var reader = await SealedStreamReader.OpenAsync(
            new MemoryStream(after),
            (_, s) =>
            {
                Assert.Equal(section, s.ToArray());
                return key.Slice(0, 32);
            });
        using var output = new MemoryStream();
        await reader.CopyToAsync(output);
        Assert.Equal(data, output.ToArray());

        using var other = KeyBuffer.Random(32);
        var refused = await Assert.ThrowsAsync<CryptoException>(
            async () => await SealedStreamKeySection.ReplaceAsync(file, other, section));
        Assert.Equal(CryptoErrorKind.BadSeal, refused.Kind);
        Assert.Equal(after, file.ToArray());
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await SealedStreamKeySection.ReplaceAsync(file, key, new byte[8193]));
        Assert.Equal(after, file.ToArray());
    }

    private static async Task<byte[]> Seal(KeyBuffer key, byte[] data, int piece = int.MaxValue)
    {
        using var output = new MemoryStream();
        using var writer = new SealedStreamWriter(output, Named, key, "section"u8);
        for (int at = 0; at < data.Length; at += Math.Min(piece, data.Length - at))
        {
            await writer.WriteAsync(data.AsMemory(at, Math.Min(piece, data.Length - at)));
        }

        await writer.CompleteAsync();
        return output.ToArray();
    }

    private static async Task<byte[]> Read(KeyBuffer key, byte[] bytes)
    {
        using var reader = await SealedStreamReader.OpenAsync(new MemoryStream(bytes), (_, _) => key.Slice(0, 32));
        using var output = new MemoryStream();
        await reader.CopyToAsync(output);
        return output.ToArray();
    }

    private static async Task<(byte[] Given, CryptoException Refused)> ReadUntilRefused(KeyBuffer key, byte[] bytes)
    {
        using var output = new MemoryStream();
        var refused = await Assert.ThrowsAsync<CryptoException>(async () =>
        {
            using var reader = await SealedStreamReader.OpenAsync(new MemoryStream(bytes), (_, _) => key.Slice(0, 32));
            await reader.CopyToAsync(output);
        });
        return (output.ToArray(), refused);
    }

    /// <summary>Gives a few bytes at a time, and cannot seek.</summary>
    private sealed class TrickleStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 4099)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(buffer.Length, 4099)], cancellationToken);
    }
}
