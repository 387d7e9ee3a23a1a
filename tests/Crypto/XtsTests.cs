using System.Buffers.Binary;
using System.Security.Cryptography;
using Lorica.Crypto.Native;

namespace Lorica.Crypto.Tests;

public sealed unsafe class XtsTests
{
    [Fact]
    public void Every_length_agrees_with_libcrypto_at_every_alignment()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        byte[] tweak = RandomNumberGenerator.GetBytes(16);
        byte[] plain = RandomNumberGenerator.GetBytes(1100 + 16);
        for (int length = 16; length <= 1100; length++)
        {
            var source = plain.AsSpan(length % 16, length);
            byte[] expected = LibCryptoUnit(key, source, tweak, encrypt: true);
            byte[] output = new byte[length];
            xts.EncryptUnit(source, output, tweak);
            Assert.True(expected.AsSpan().SequenceEqual(output), $"encrypting {length} bytes");
            xts.DecryptUnit(output, output, tweak);
            Assert.True(source.SequenceEqual(output), $"decrypting {length} bytes in place");
            byte[] twin = new byte[length];
            xts.DecryptUnit(expected, twin, tweak);
            Assert.True(source.SequenceEqual(twin), $"decrypting {length} bytes");
            xts.EncryptUnit(output, output, tweak);
            Assert.True(expected.AsSpan().SequenceEqual(output), $"encrypting {length} bytes in place");
        }
    }

    [Fact]
    public void Random_sectors_agree_with_libcrypto()
    {
        for (int sectors = 1; sectors <= 27; sectors++)
        {
            using var key = KeyBuffer.Random(64);
            using var xts = new XtsAes256(key);
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) >> (sectors % 40);
            byte[] plain = RandomNumberGenerator.GetBytes(sectors * 512);
            byte[] expected = new byte[plain.Length];
            fixed (byte* from = plain, to = expected)
            {
                LibCryptoXts.Sectors(key.Pointer, from, to, sectors, first, encrypt: true);
            }

            byte[] output = new byte[plain.Length];
            xts.EncryptSectors(plain, output, first);
            Assert.True(expected.AsSpan().SequenceEqual(output), $"{sectors} sectors from {first}");
            xts.DecryptSectors(output, first);
            Assert.True(plain.AsSpan().SequenceEqual(output), $"{sectors} sectors from {first}");
        }
    }

    [Fact]
    public void The_libcrypto_fallback_passes_the_vectors_too()
    {
        foreach (var v in XtsVector.All.Where(v => v.SectorSize is null || v.SectorSize == v.Plaintext.Length)
            .Where((_, i) => i % 9 == 0))
        {
            using var key = KeyBuffer.CopyOf(v.Key);
            Assert.True(v.Ciphertext.AsSpan().SequenceEqual(LibCryptoUnit(key, v.Plaintext, v.Tweak, encrypt: true)), v.Id);
            Assert.True(v.Plaintext.AsSpan().SequenceEqual(LibCryptoUnit(key, v.Ciphertext, v.Tweak, encrypt: false)), v.Id);
        }
    }

    [Fact]
    public void The_highest_sector_numbers_work()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        byte[] data = new byte[1024];
        xts.EncryptSectors(data, ulong.MaxValue - 1);
        xts.DecryptSectors(data, ulong.MaxValue - 1);
        Assert.True(ZeroBlocks.IsAllZero(data));
        Assert.Throws<ArgumentOutOfRangeException>(() => xts.EncryptSectors(data, ulong.MaxValue));
    }

    [Fact]
    public void Equal_halves_and_wrong_lengths_are_invalid_keys()
    {
        using var halves = KeyBuffer.Allocate(64);
        halves.Span.Fill(7);
        using var tooShort = KeyBuffer.Random(32);
        Assert.Equal(CryptoErrorKind.InvalidKey, Assert.Throws<CryptoException>(() => new XtsAes256(halves)).Kind);
        Assert.Equal(CryptoErrorKind.InvalidKey, Assert.Throws<CryptoException>(() => new XtsAes256(tooShort)).Kind);
    }

    [Fact]
    public void Bad_shapes_are_misuse()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        byte[] data = new byte[2048];
        Assert.Throws<ArgumentException>(() => xts.EncryptSectors(data.AsSpan(0, 511), 0));
        Assert.Throws<ArgumentException>(() => xts.EncryptSectors(data.AsSpan(0, 512), data.AsSpan(0, 1024), 0));
        Assert.Throws<ArgumentException>(() => xts.EncryptSectors(data.AsSpan(0, 1024), data.AsSpan(16, 1024), 0));
        Assert.Throws<ArgumentException>(() => xts.EncryptUnit(data.AsSpan(0, 15), data.AsSpan(0, 15), data.AsSpan(0, 16)));
        Assert.Throws<ArgumentException>(() => xts.EncryptUnit(data.AsSpan(0, 16), data.AsSpan(0, 16), data.AsSpan(0, 15)));
        xts.EncryptSectors([], 0);
        Assert.True(ZeroBlocks.IsAllZero(data));
    }

    [Fact]
    public void The_callers_key_may_go_at_once()
    {
        var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        byte[] data = new byte[512];
        xts.EncryptSectors(data, 3);
        key.Dispose();
        xts.DecryptSectors(data, 3);
        Assert.True(ZeroBlocks.IsAllZero(data));
    }

    [Fact]
    public void Nothing_is_transformed_after_disposal()
    {
        using var key = KeyBuffer.Random(64);
        var xts = new XtsAes256(key);
        xts.Dispose();
        Assert.Throws<ObjectDisposedException>(() => xts.EncryptSectors(new byte[512], 0));
    }

    [Fact]
    public void Disposal_in_the_middle_never_yields_ciphertext_under_other_keys()
    {
        for (int round = 0; round < 30; round++)
        {
            using var key = KeyBuffer.Random(64);
            byte[] expected = new byte[512 * 1024];
            using (var reference = new XtsAes256(key))
            {
                reference.EncryptSectors(expected, 0);
            }

            var xts = new XtsAes256(key);
            byte[] data = new byte[expected.Length];
            using var started = new ManualResetEventSlim();
            var closer = new Thread(() =>
            {
                started.Wait();
                xts.Dispose();
            });
            closer.Start();
            started.Set();
            try
            {
                xts.EncryptSectors(data, 0);
                Assert.True(expected.AsSpan().SequenceEqual(data));
            }
            catch (ObjectDisposedException)
            {
                Assert.True(ZeroBlocks.IsAllZero(data));
            }

            closer.Join();
        }
    }

    [Fact]
    public void Many_threads_share_one_instance()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        byte[] plain = RandomNumberGenerator.GetBytes(4096);
        byte[] expected = plain.ToArray();
        xts.EncryptSectors(expected, 9);
        Parallel.For(0, 500, _ =>
        {
            byte[] data = plain.ToArray();
            xts.EncryptSectors(data, 9);
            Assert.True(expected.AsSpan().SequenceEqual(data));
        });
    }

    [Fact]
    public void No_call_allocates()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        byte[] data = new byte[4096];
        byte[] tweak = new byte[16];
        Assert.Equal(0, AllocationMeter.LeastOf(5, () =>
        {
            for (int i = 0; i < 100; i++)
            {
                xts.EncryptSectors(data, 5);
                xts.DecryptSectors(data.AsSpan(0, 512), 5);
                xts.EncryptUnit(data.AsSpan(0, 33), data.AsSpan(0, 33), tweak);
                xts.DecryptUnit(data.AsSpan(0, 33), data.AsSpan(0, 33), tweak);
            }
        }));
    }

    private static byte[] LibCryptoUnit(KeyBuffer key, ReadOnlySpan<byte> source, ReadOnlySpan<byte> tweak, bool encrypt)
    {
        byte[] output = new byte[source.Length];
        fixed (byte* from = source, to = output, number = tweak)
        {
            LibCryptoXts.Unit(key.Pointer, from, to, source.Length, number, encrypt);
        }

        return output;
    }
}
