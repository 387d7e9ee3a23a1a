using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Lorica.Crypto.Native;

namespace Lorica.Crypto;

/// <summary>
/// XTS-AES-256 (IEEE 1619-2018, NIST SP 800-38E) of disk data: each 512-byte sector is one data unit, its tweak the sector number
/// of the virtual disk as a little-endian 128-bit integer. <b>XTS gives no integrity</b>: an edited sector decrypts to noise, an
/// older sector put back is not noticed.
/// <para>The expanded round keys live in key memory. One instance may be used by many threads at once; no call allocates.</para>
/// <para>At most 64 TiB should be encrypted under one key (formats: <i>Encrypted VMDK</i>).</para>
/// </summary>
public sealed unsafe class XtsAes256 : IDisposable
{
    /// <summary>Bytes of a sector, the data unit of disks.</summary>
    public const int SectorBytes = 512;

    /// <summary>Bytes of a key: the data key, then the tweak key.</summary>
    public const int KeyBytes = 64;

    private const int BlockBytes = 16;

    // IEEE 1619, 5.1: a data unit has at most 2^20 blocks.
    private const int LargestUnit = (1 << 20) * BlockBytes;

    // Invariant: 64-byte aligned, laid out as XtsKeys says, filled before the constructor returns and never written again.
    private readonly KeyBuffer _keys;

    /// <summary>
    /// Expands a key of 64 bytes; the caller still owns it. Throws <see cref="CryptoErrorKind.InvalidKey"/> for another length
    /// and for equal halves (IEEE 1619-2018 and FIPS 140 IG C.I forbid them).
    /// </summary>
    public XtsAes256(KeyBuffer key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length != KeyBytes)
        {
            throw new CryptoException(
                CryptoErrorKind.InvalidKey, $"A key of XTS-AES-256 has {KeyBytes} bytes, not {key.Length}.");
        }

        if (CryptographicOperations.FixedTimeEquals(key.Span[..32], key.Span[32..]))
        {
            throw new CryptoException(CryptoErrorKind.InvalidKey, "The two halves of an XTS key must differ.");
        }

        _keys = KeyBuffer.Allocate(XtsKeys.Bytes);
        Expand(key.Pointer, _keys.Pointer);
        GC.KeepAlive(key);
        StackScrubber.Scrub();
    }

    /// <summary>
    /// What computes, chosen once at start. The environment variable <c>LORICA_XTS=libcrypto</c> forces the fallback.
    /// </summary>
    public static XtsBackend Backend { get; } = Choose();

    /// <summary>Whether the processor's AES instructions are used.</summary>
    public static bool HardwareAes => Backend != XtsBackend.LibCrypto;

    /// <summary>The round keys (see <see cref="XtsKeys"/>), for the tests that search memory for them.</summary>
    internal KeyBuffer Schedule => _keys;

    /// <summary>Encrypts whole sectors in place; <paramref name="firstSector"/> is the number of the first one.</summary>
    public void EncryptSectors(Span<byte> data, ulong firstSector) => Sectors(data, data, firstSector, encrypt: true);

    /// <summary>Decrypts whole sectors in place.</summary>
    public void DecryptSectors(Span<byte> data, ulong firstSector) => Sectors(data, data, firstSector, encrypt: false);

    /// <summary>
    /// Encrypts whole sectors; source and destination have the same length and are the same memory or disjoint.
    /// </summary>
    public void EncryptSectors(ReadOnlySpan<byte> source, Span<byte> destination, ulong firstSector)
        => Sectors(source, destination, firstSector, encrypt: true);

    /// <summary>
    /// Decrypts whole sectors; source and destination have the same length and are the same memory or disjoint.
    /// </summary>
    public void DecryptSectors(ReadOnlySpan<byte> source, Span<byte> destination, ulong firstSector)
        => Sectors(source, destination, firstSector, encrypt: false);

    /// <summary>
    /// Encrypts one data unit of 16 bytes to 16 MiB, with ciphertext stealing when it is not whole blocks. The tweak is 16 bytes.
    /// </summary>
    public void EncryptUnit(ReadOnlySpan<byte> source, Span<byte> destination, ReadOnlySpan<byte> tweak16)
        => Unit(source, destination, tweak16, encrypt: true);

    /// <summary>Decrypts one data unit, see <see cref="EncryptUnit"/>.</summary>
    public void DecryptUnit(ReadOnlySpan<byte> source, Span<byte> destination, ReadOnlySpan<byte> tweak16)
        => Unit(source, destination, tweak16, encrypt: false);

    /// <summary>Zeroes the round keys.</summary>
    public void Dispose() => _keys.Dispose();

    private static XtsBackend Choose()
        => Environment.GetEnvironmentVariable("LORICA_XTS") is "libcrypto" ? XtsBackend.LibCrypto
            : AesNiXts.IsSupported ? XtsBackend.AesNi
            : ArmXts.IsSupported ? XtsBackend.ArmAes
            : XtsBackend.LibCrypto;

    private static void Expand(byte* key, byte* keys)
    {
        switch (Backend)
        {
            case XtsBackend.AesNi:
                AesNiXts.Expand(key, keys);
                break;
            case XtsBackend.ArmAes:
                ArmXts.Expand(key, keys);
                break;
            default:
                Buffer.MemoryCopy(key, keys, XtsKeys.Bytes, KeyBytes);
                break;
        }
    }

    private void Sectors(ReadOnlySpan<byte> source, Span<byte> destination, ulong firstSector, bool encrypt)
    {
        RequireSameShape(source, destination);
        if (source.Length % SectorBytes != 0)
        {
            throw new ArgumentException($"{source.Length} bytes are not whole sectors.", nameof(source));
        }

        int count = source.Length / SectorBytes;
        if (count == 0)
        {
            return;
        }

        if (firstSector > ulong.MaxValue - (ulong)(count - 1))
        {
            throw new ArgumentOutOfRangeException(nameof(firstSector), "The sector numbers overflow.");
        }

        byte* keys = _keys.Pointer;

        // SAFETY: both spans are pinned and count * 512 bytes long; keys is alive until KeepAlive and checked again afterwards.
        fixed (byte* from = source, to = destination)
        {
            switch (Backend)
            {
                case XtsBackend.AesNi when encrypt:
                    AesNiXts.EncryptSectors(keys, from, to, count, firstSector);
                    break;
                case XtsBackend.AesNi:
                    AesNiXts.DecryptSectors(keys, from, to, count, firstSector);
                    break;
                case XtsBackend.ArmAes:
                    ArmXts.Sectors(keys, from, to, count, firstSector, encrypt);
                    break;
                default:
                    LibCryptoXts.Sectors(keys, from, to, count, firstSector, encrypt);
                    break;
            }
        }

        RefuseIfDisposedMeanwhile(destination);
    }

    private void Unit(ReadOnlySpan<byte> source, Span<byte> destination, ReadOnlySpan<byte> tweak, bool encrypt)
    {
        RequireSameShape(source, destination);
        if (source.Length is < BlockBytes or > LargestUnit)
        {
            throw new ArgumentException(
                $"A data unit has {BlockBytes} to {LargestUnit} bytes, not {source.Length}.", nameof(source));
        }

        if (tweak.Length != BlockBytes)
        {
            throw new ArgumentException($"A tweak has {BlockBytes} bytes, not {tweak.Length}.", nameof(tweak));
        }

        byte* keys = _keys.Pointer;

        // SAFETY: all spans are pinned; lengths were checked above.
        fixed (byte* from = source, to = destination, number = tweak)
        {
            switch (Backend)
            {
                case XtsBackend.AesNi when encrypt:
                    AesNiXts.EncryptUnit(keys, from, to, source.Length, number);
                    break;
                case XtsBackend.AesNi:
                    AesNiXts.DecryptUnit(keys, from, to, source.Length, number);
                    break;
                case XtsBackend.ArmAes:
                    ArmXts.Unit(keys, from, to, source.Length, number, encrypt);
                    break;
                default:
                    LibCryptoXts.Unit(keys, from, to, source.Length, number, encrypt);
                    break;
            }
        }

        RefuseIfDisposedMeanwhile(destination);
    }

    private static void RequireSameShape(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (source.Length != destination.Length)
        {
            throw new ArgumentException($"{destination.Length} bytes cannot take {source.Length}.", nameof(destination));
        }

        if (source.Overlaps(destination, out int offset) && offset != 0)
        {
            throw new ArgumentException("Source and destination overlap without being the same.", nameof(destination));
        }
    }

    // Disposal marks before it zeroes: whoever still sees no mark here has used whole keys all along. Otherwise what was written
    // may be a transformation under zeros or another key, which must not reach a disk.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RefuseIfDisposedMeanwhile(Span<byte> destination)
    {
        if (_keys.IsDisposed)
        {
            destination.Clear();
            throw new ObjectDisposedException(nameof(XtsAes256));
        }

        GC.KeepAlive(_keys);
    }
}
