using Lorica.Crypto;

namespace Lorica.Disks.Tests;

public sealed class EncryptedDeviceTests
{
    private const int Size = 64 * 1024;
    private readonly byte[] _stored = new byte[Size];

    [Fact]
    public async Task What_is_stored_is_xts_and_nothing_else()
    {
        await using var device = Make(ZeroRule.Hole);
        await device.WriteAsync(1024, TestData.Noise(1024, 1), false, default);
        byte[] expected = TestData.Noise(1024, 1);
        using var key = Key();
        using var cipher = new XtsAes256(key);
        cipher.EncryptSectors(expected, 2);
        Assert.Equal(expected, _stored[1024..2048]);
        Assert.False(_stored.AsSpan(0, 1024).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task Under_hole_a_stored_sector_of_zeros_is_zeros_and_a_written_one_is_ciphertext()
    {
        await using var device = Make(ZeroRule.Hole);
        await device.WriteAsync(0, TestData.Noise(2048, 1), false, default);
        _stored.AsSpan(512, 512).Clear();
        byte[] expected = TestData.Noise(2048, 1);
        expected.AsSpan(512, 512).Clear();
        byte[] read = new byte[2048];
        await device.ReadAsync(0, read, default);
        Assert.Equal(expected, read);

        await device.WriteAsync(4096, new byte[512], false, default);
        Assert.True(_stored.AsSpan(4096, 512).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task Under_error_a_stored_sector_of_zeros_is_named_and_nothing_is_left_in_the_buffer()
    {
        await using var device = Make(ZeroRule.Error);
        await device.WriteZeroesAsync(0, Size, false, default);
        await device.WriteAsync(0, TestData.Noise(4096, 1), false, default);
        _stored.AsSpan(1536, 512).Clear();
        byte[] read = new byte[4096];
        var e = await DiskErrors.ExpectAsync(DiskErrorKind.ZeroSector, async () => await device.ReadAsync(0, read, default));
        Assert.Equal(1536, e.Offset);
        Assert.Contains("Sector 3 ", e.Message);
        Assert.Equal(new byte[4096], read);
    }

    [Fact]
    public async Task Under_error_trim_changes_nothing_and_zeroing_stores_ciphertext()
    {
        await using var device = Make(ZeroRule.Error);
        await device.WriteZeroesAsync(0, Size, false, default);
        byte[] before = _stored.ToArray();
        await device.TrimAsync(0, Size, default);
        Assert.Equal(before, _stored);
        for (int at = 0; at < Size; at += 512)
            Assert.True(_stored.AsSpan(at, 512).ContainsAnyExcept((byte)0));
        Assert.Equal(new byte[Size], await TestData.ReadAllAsync(device));
    }

    [Fact]
    public async Task An_error_of_the_inner_device_reaches_the_caller_and_leaks_no_ciphertext_as_plain_text()
    {
        bool fail = false;
        await using var device = new EncryptedDevice(
            new FaultDevice(new MemoryDevice(_stored), async (_, offset, _, _) =>
            {
                await Task.Yield();
                if (fail)
                    throw new DiskException(DiskErrorKind.Io, "injected", offset: offset);
            }),
            Cipher(),
            ZeroRule.Hole);
        await device.WriteAsync(0, TestData.Noise(512, 1), false, default);
        byte[] read = new byte[512];
        await device.ReadAsync(0, read, default);
        Assert.Equal(TestData.Noise(512, 1), read);
        fail = true;
        await DiskErrors.ExpectAsync(DiskErrorKind.Io, async () => await device.ReadAsync(0, read, default));
        await DiskErrors.ExpectAsync(DiskErrorKind.Io, async () => await device.FlushAsync(default));
    }

    private EncryptedDevice Make(ZeroRule zero) => new(new MemoryDevice(_stored), Cipher(), zero);

    private static XtsAes256 Cipher()
    {
        using var key = Key();
        return new XtsAes256(key);
    }

    private static KeyBuffer Key() => KeyBuffer.CopyOf(TestData.Noise(64, 42));
}
