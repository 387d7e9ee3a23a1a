using System.Runtime.CompilerServices;
using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>
/// XTS-AES-256 over an inner device of ciphertext, one data unit per 512-byte sector, tweak = sector number of this device.
/// Writes are encrypted in the caller's buffer. XTS has no integrity: changed ciphertext decrypts to garbage without an error.
/// </summary>
/// <remarks>
/// <para><see cref="ZeroRule.Hole"/>: a sector whose stored bytes are all zero reads as zeros; trim and zeroing reach the inner
/// device as such, so a thin disk stays thin. A written sector of zeros is stored as ciphertext. The map shows the inner device's
/// holes.</para>
/// <para><see cref="ZeroRule.Error"/>: every sector is ciphertext. A stored all-zero sector is
/// <see cref="DiskErrorKind.ZeroSector"/> with its offset; zeroing writes ciphertext of zeros; trim does nothing (the range reads
/// as before); no holes are shown.</para>
/// <para>Flush and durability are the inner device's.</para>
/// </remarks>
public sealed class EncryptedDevice : ISparse
{
    private readonly IBlockDevice _inner;
    private readonly XtsAes256 _cipher;
    private readonly bool _zeroIsHole;

    /// <summary>
    /// Takes ownership of <paramref name="inner"/> and <paramref name="cipher"/>; both are disposed with the device.
    /// </summary>
    public EncryptedDevice(IBlockDevice inner, XtsAes256 cipher, ZeroRule zero)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(cipher);
        _inner = inner;
        _cipher = cipher;
        _zeroIsHole = zero == ZeroRule.Hole;
    }

    /// <inheritdoc/>
    public long Length => _inner.Length;

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        var reading = _inner.ReadAsync(offset, buffer, ct);
        if (!reading.IsCompletedSuccessfully)
            return FinishReadAsync(reading, offset, buffer);
        reading.GetAwaiter().GetResult();
        Decrypt(offset, buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offset, Memory<byte> buffer, bool durable, CancellationToken ct)
    {
        // Before the buffer changes: a refused request leaves it as it was.
        BlockRequest.Check(Length, offset, buffer.Length);
        _cipher.EncryptSectors(buffer.Span, (ulong)offset / BlockRequest.SectorSize);
        return _inner.WriteAsync(offset, buffer, durable, ct);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken ct) => _inner.FlushAsync(ct);

    /// <inheritdoc/>
    public ValueTask TrimAsync(long offset, long length, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, length);
        return _zeroIsHole && _inner is ISparse sparse ? sparse.TrimAsync(offset, length, ct) : ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, bool durable, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, length);
        if (!_zeroIsHole)
            return ZeroWriter.WriteAsync(this, offset, length, durable, ct);
        return _inner is ISparse sparse
            ? sparse.WriteZeroesAsync(offset, length, durable, ct)
            : ZeroWriter.WriteAsync(_inner, offset, length, durable, ct);
    }

    /// <inheritdoc/>
    public ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, BlockRequest.SectorSize);
        return _zeroIsHole
            ? _inner.RangeAtAsync(offset, ct)
            : ValueTask.FromResult(new DiskRange(offset, Length - offset, RangeState.Data));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _cipher.Dispose();
        await _inner.DisposeAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishReadAsync(ValueTask reading, long offset, Memory<byte> buffer)
    {
        await reading;
        Decrypt(offset, buffer.Span);
    }

    private void Decrypt(long offset, Span<byte> data)
    {
        try
        {
            SectorCipher.Decrypt(_cipher, data, offset, _zeroIsHole);
        }
        catch (DiskException)
        {
            // Fail closed: nothing half decrypted is left for a caller that ignores the error.
            data.Clear();
            throw;
        }
    }
}
