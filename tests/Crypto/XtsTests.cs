using System.Buffers.Binary;
using System.Security.Cryptography;
using Lorica.Crypto.Native;

namespace Lorica.Crypto.Tests;

public sealed unsafe class XtsTests
{
    [Fact]
    public void EveryLengthAgreesWithLibcryptoAtEveryAlignment()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        var tweak = RandomNumberGenerator.GetBytes(16);
        var plain = RandomNumberGenerator.GetBytes(1100 + 16);
        for (var length = 16; length <= 1100; length++)
        {
            var source = plain.AsSpan(length % 16, length);
            var expected = LibCryptoUnit(key, source, tweak, encrypt: true);
            var output = new byte[length];
            xts.EncryptUnit(source, output, tweak);
            Assert.True(expected.AsSpan().SequenceEqual(output), $"encrypting {length} bytes");
            xts.DecryptUnit(output, output, tweak);
            Assert.True(source.SequenceEqual(output), $"decrypting {length} bytes in place");
            var twin = new byte[length];
            xts.DecryptUnit(expected, twin, tweak);
            Assert.True(source.SequenceEqual(twin), $"decrypting {length} bytes");
            xts.EncryptUnit(output, output, tweak);
            Assert.True(expected.AsSpan().SequenceEqual(output), $"encrypting {length} bytes in place");
        }
    }

    [Fact]
    public void RandomSectorsAgreeWithLibcrypto()
    {
        for (var sectors = 1; sectors <= 27; sectors++)
        {
            using var key = KeyBuffer.Random(64);
            using var xts = new XtsAes256(key);
            var first = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) >> (sectors % 40);
            var plain = RandomNumberGenerator.GetBytes(sectors * 512);
            var expected = new byte[plain.Length];
            fixed (byte* from = plain, to = expected)
            {
                LibCryptoXts.Sectors(key.Pointer, from, to, sectors, first, encrypt: true);
            }

            var output = new byte[plain.Length];
            xts.EncryptSectors(plain, output, first);
            Assert.True(expected.AsSpan().SequenceEqual(output), $"{sectors} sectors from {first}");
            xts.DecryptSectors(output, first);
            Assert.True(plain.AsSpan().SequenceEqual(output), $"{sectors} sectors from {first}");
        }
    }

    [Fact]
    public void TheLibcryptoFallbackPassesTheVectorsToo()
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
    public void TheHighestSectorNumbersWork()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        var data = new byte[1024];
        xts.EncryptSectors(data, ulong.MaxValue - 1);
        xts.DecryptSectors(data, ulong.MaxValue - 1);
        Assert.True(ZeroBlocks.IsAllZero(data));
        Assert.Throws<ArgumentOutOfRangeException>(() => xts.EncryptSectors(data, ulong.MaxValue));
    }

    [Fact]
    public void EqualHalvesAndWrongLengthsAreInvalidKeys()
    {
        using var halves = KeyBuffer.Allocate(64);
        halves.Span.Fill(7);
        using var tooShort = KeyBuffer.Random(32);
        Assert.Equal(CryptoErrorKind.InvalidKey, Assert.Throws<CryptoException>(() => new XtsAes256(halves)).Kind);
        Assert.Equal(CryptoErrorKind.InvalidKey, Assert.Throws<CryptoException>(() => new XtsAes256(tooShort)).Kind);
    }

    [Fact]
    public void BadShapesAreMisuse()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        var data = new byte[2048];
        Assert.Throws<ArgumentException>(() => xts.EncryptSectors(data.AsSpan(0, 511), 0));
        Assert.Throws<ArgumentException>(() => xts.EncryptSectors(data.AsSpan(0, 512), data.AsSpan(0, 1024), 0));
        Assert.Throws<ArgumentException>(() => xts.EncryptSectors(data.AsSpan(0, 1024), data.AsSpan(16, 1024), 0));
        Assert.Throws<ArgumentException>(() => xts.EncryptUnit(data.AsSpan(0, 15), data.AsSpan(0, 15), data.AsSpan(0, 16)));
        Assert.Throws<ArgumentException>(() => xts.EncryptUnit(data.AsSpan(0, 16), data.AsSpan(0, 16), data.AsSpan(0, 15)));
        xts.EncryptSectors([], 0);
        Assert.True(ZeroBlocks.IsAllZero(data));
    }

    [Fact]
    public void TheCallersKeyMayGoAtOnce()
    {
        var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        var data = new byte[512];
        xts.EncryptSectors(data, 3);
        key.Dispose();
        xts.DecryptSectors(data, 3);
        Assert.True(ZeroBlocks.IsAllZero(data));
    }

    [Fact]
    public void NothingIsTransformedAfterDisposal()
    {
        using var key = KeyBuffer.Random(64);
        var xts = new XtsAes256(key);
        xts.Dispose();
        Assert.Throws<ObjectDisposedException>(() => xts.EncryptSectors(new byte[512], 0));
    }

    [Fact]
    public void DisposalInTheMiddleNeverYieldsCiphertextUnderOtherKeys()
    {
        for (var round = 0; round < 30; round++)
        {
            using var key = KeyBuffer.Random(64);
            var expected = new byte[512 * 1024];
            using (var reference = new XtsAes256(key))
            {
                reference.EncryptSectors(expected, 0);
            }

            var xts = new XtsAes256(key);
            var data = new byte[expected.Length];
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
    public void ManyThreadsShareOneInstance()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        var plain = RandomNumberGenerator.GetBytes(4096);
        var expected = plain.ToArray();
        xts.EncryptSectors(expected, 9);
        Parallel.For(0, 500, _ =>
        {
            var data = plain.ToArray();
            xts.EncryptSectors(data, 9);
            Assert.True(expected.AsSpan().SequenceEqual(data));
        });
    }

    [Fact]
    public void NoCallAllocates()
    {
        using var key = KeyBuffer.Random(64);
        using var xts = new XtsAes256(key);
        var data = new byte[4096];
        var tweak = new byte[16];
        Calls();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Calls();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Calls()
        {
            xts.EncryptSectors(data, 5);
            xts.DecryptSectors(data.AsSpan(0, 512), 5);
            xts.EncryptUnit(data.AsSpan(0, 33), data.AsSpan(0, 33), tweak);
            xts.DecryptUnit(data.AsSpan(0, 33), data.AsSpan(0, 33), tweak);
        }
    }

    private static byte[] LibCryptoUnit(KeyBuffer key, ReadOnlySpan<byte> source, ReadOnlySpan<byte> tweak, bool encrypt)
    {
        var output = new byte[source.Length];
        fixed (byte* from = source, to = output, number = tweak)
        {
            LibCryptoXts.Unit(key.Pointer, from, to, source.Length, number, encrypt);
        }

        return output;
    }
}
