using System.Text;

namespace Lorica.Crypto.Tests;

/// <summary>Expected values were computed with Python's hmac and hashlib, RFC 5869's are its test case 3.</summary>
public sealed class DerivationTests
{
    [Fact]
    public void Hkdf_gives_the_value_of_rfc5869()
    {
        using var ikm = KeyBuffer.CopyOf(Convert.FromHexString("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"));
        using var okm = KeyDerivation.Hkdf(ikm, [], 42);
        Assert.Equal(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            Convert.ToHexStringLower(okm.Span));
    }

    [Fact]
    public void The_check_value_is_that_of_the_format()
    {
        using var kek = Counting(32);
        Assert.Equal("37fcadd42cc42cf2", KeyCheckValue.Compute(kek));
        Assert.True(KeyCheckValue.Matches(kek, "37fcadd42cc42cf2"));
        Assert.False(KeyCheckValue.Matches(kek, "37FCADD42CC42CF2"));
        Assert.False(KeyCheckValue.Matches(kek, "37fcadd42cc42cf"));
        Assert.False(KeyCheckValue.Matches(kek, ""));
    }

    [Fact]
    public void Seals_are_those_of_the_format()
    {
        using var dek = Counting(64);
        using var fileKey = Counting(32);
        Assert.Equal("M0G0PEj8qTBgUSWYEwVIp9Ogehdoq9bZqZ8OYkNCT9Q=",
            FileSeal.Compute(dek, FileSeal.DescriptorInfo, "content\n"u8));
        Assert.Equal("E36enAg8W3jpRvNhQysULbFTPJngGZXynNibdCHoSm0=", FileSeal.Compute(fileKey, FileSeal.VmxInfo, "content\n"u8));
    }

    [Fact]
    public void Only_the_very_seal_of_the_very_content_verifies()
    {
        using var dek = Counting(64);
        string seal = FileSeal.Compute(dek, FileSeal.DescriptorInfo, "content\n"u8);
        Assert.True(FileSeal.Verify(dek, FileSeal.DescriptorInfo, "content\n"u8, seal));
        Assert.False(FileSeal.Verify(dek, FileSeal.DescriptorInfo, "content"u8, seal));
        Assert.False(FileSeal.Verify(dek, FileSeal.VmxInfo, "content\n"u8, seal));
        Assert.False(FileSeal.Verify(dek, FileSeal.DescriptorInfo, "content\n"u8, ""));
        Assert.False(FileSeal.Verify(dek, FileSeal.DescriptorInfo, "content\n"u8, seal + " "));
        Assert.False(FileSeal.Verify(dek, FileSeal.DescriptorInfo, "content\n"u8, " " + seal[..^1]));

        // The last character before the padding has two bits that decode to nothing: another spelling of the same bytes.
        Assert.False(FileSeal.Verify(
            dek, FileSeal.DescriptorInfo, "content\n"u8, seal.Replace("Q=", "R=", StringComparison.Ordinal)));
        for (int i = 0; i < seal.Length; i++)
        {
            char[] edited = seal.ToCharArray();
            edited[i] = edited[i] == 'A' ? 'B' : 'A';
            Assert.False(FileSeal.Verify(dek, FileSeal.DescriptorInfo, "content\n"u8, edited));
        }
    }

    [Fact]
    public void A_home_key_is_that_of_the_format()
    {
        using var fileKey = Counting(32);
        using var key = KeyDerivation.HomeKey(fileKey, "nvram", Guid.Parse("0a1b2c3d-1111-2222-3333-444455556666"));
        Assert.Equal("186b93bab8179013012d9357593d11a106388effe2605a03824268bcff94721e", Convert.ToHexStringLower(key.Span));
        Assert.Throws<ArgumentException>(() => KeyDerivation.HomeKey(fileKey, "a\0b", Guid.Empty));
    }

    [Fact]
    public void A_delivery_binds_center_host_start_and_step()
    {
        byte[] center = [.. Enumerable.Repeat((byte)1, 32)], host = [.. Enumerable.Repeat((byte)2, 32)],
        nonce = [.. Enumerable.Repeat((byte)3, 32)];
        byte[] info = KeyDelivery.Info(center, host, nonce, 0x0102030405060708);
        byte[] expected = [.. "lorica-addkeys-v1"u8, .. center, .. host, .. nonce, 1, 2, 3, 4, 5, 6, 7, 8];
        Assert.Equal(expected, info);
        Assert.Throws<ArgumentException>(() => KeyDelivery.Info(center.AsSpan(1), host, nonce, 0));

        byte[] present = KeyDelivery.PresentationToSign(new byte[65], nonce);
        Assert.Equal([.. "lorica-present-v1"u8, .. new byte[65], .. nonce], present);
    }

    [Fact]
    public void Additional_data_of_different_deliveries_differs()
    {
        Assert.Equal("\0\0\0\u0001p\0\0\0\u0002id\0\0\0\u0003kcv\0\0\0\u0003add",
            Encoding.UTF8.GetString(KeyDelivery.AdditionalData(new("p", "id"), "kcv", "add")));
        Assert.NotEqual(KeyDelivery.AdditionalData(new("pi", "d"), "kcv", "add"),
            KeyDelivery.AdditionalData(new("p", "id"), "kcv", "add"));
    }

    private static KeyBuffer Counting(int length) => KeyBuffer.CopyOf([.. Enumerable.Range(0, length).Select(i => (byte)i)]);
}
