using System.Security.Cryptography;
using System.Text.Json;
using Lorica.Crypto.Hpke;

namespace Lorica.Crypto.Tests;

public sealed class HpkeTests
{
    private static readonly JsonElement Vector = Load();

    [Fact]
    public void The_sender_gives_the_published_bytes()
    {
        using var ephemeral = Private(Hex("skEm"), Hex("enc"));
        using var plaintext = KeyBuffer.CopyOf(Hex("pt"));
        var (enc, ciphertext) = HpkeSender.Seal(ephemeral, Hex("pkRm"), Hex("info"), Hex("aad"), plaintext);
        Assert.Equal(Hex("enc"), enc);
        Assert.Equal(Hex("ct"), ciphertext);
    }

    [Fact]
    public void The_receiver_opens_the_published_bytes()
    {
        using var receiver = new HpkeReceiver(Private(Hex("skRm"), Hex("pkRm")));
        Assert.Equal(Hex("pkRm"), receiver.PublicKey);
        using var opened = receiver.Open(Hex("enc"), Hex("info"), Hex("aad"), Hex("ct"));
        Assert.Equal(Hex("pt"), opened.Span.ToArray());
    }

    [Fact]
    public void The_key_schedule_gives_the_published_secrets()
    {
        using var own = Private(Hex("skRm"), Hex("pkRm"));
        using var other = P256.Deserialize(Hex("enc"));
        using var dh = P256.Agree(own, other);
        using var shared = HpkeSuite.SharedSecret(dh, Hex("enc"), Hex("pkRm"));
        Assert.Equal(Hex("shared_secret"), shared.Span.ToArray());
        using var schedule = HpkeSuite.KeySchedule(shared, Hex("info"));
        Assert.Equal([.. Hex("key"), .. Hex("base_nonce")], schedule.Span.ToArray());
    }

    [Fact]
    public void What_is_sealed_to_a_receiver_opens_there_only()
    {
        using var receiver = new HpkeReceiver();
        using var stranger = new HpkeReceiver();
        using var key = KeyBuffer.Random(32);
        var (enc, ciphertext) = HpkeSender.Seal(receiver.PublicKey, "info"u8, "aad"u8, key);
        using var opened = receiver.Open(enc, "info"u8, "aad"u8, ciphertext);
        Assert.True(opened.FixedTimeEquals(key));
        Refused(() => stranger.Open(enc, "info"u8, "aad"u8, ciphertext));
        Refused(() => receiver.Open(enc, "other"u8, "aad"u8, ciphertext));
        Refused(() => receiver.Open(enc, "info"u8, "other"u8, ciphertext));
    }

    [Fact]
    public void Any_edited_byte_is_refused()
    {
        using var receiver = new HpkeReceiver();
        using var key = KeyBuffer.Random(32);
        var (enc, ciphertext) = HpkeSender.Seal(receiver.PublicKey, "info"u8, "aad"u8, key);
        for (int i = 0; i < enc.Length + ciphertext.Length; i++)
        {
            byte[] both = [.. enc, .. ciphertext];
            both[i] ^= 0x40;
            Refused(() => receiver.Open(both.AsSpan(0, enc.Length), "info"u8, "aad"u8, both.AsSpan(enc.Length)));
        }

        for (int length = 0; length < ciphertext.Length; length++)
        {
            byte[] cut = ciphertext[..length];
            Refused(() => receiver.Open(enc, "info"u8, "aad"u8, cut));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("04")]
    [InlineData("04" + "0000000000000000000000000000000000000000000000000000000000000000"
        + "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("04" + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void What_is_no_point_of_the_curve_is_no_key(string hex)
    {
        using var receiver = new HpkeReceiver();
        using var key = KeyBuffer.Random(32);
        byte[] point = Convert.FromHexString(hex);
        var refused = Assert.Throws<CryptoException>(() => HpkeSender.Seal(point, "i"u8, "a"u8, key));
        Assert.Equal(CryptoErrorKind.InvalidKey, refused.Kind);
        Refused(() => receiver.Open(point, "i"u8, "a"u8, new byte[48]));
    }

    private static void Refused(Action act)
        => Assert.Equal(CryptoErrorKind.HpkeOpenFailed, Assert.Throws<CryptoException>(act).Kind);

    private static ECDiffieHellman Private(byte[] scalar, byte[] point)
        => ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = scalar,
            Q = new ECPoint { X = point[1..33], Y = point[33..] },
        });

    private static byte[] Hex(string name) => Convert.FromHexString(Vector.GetProperty(name).GetString()!);

    private static JsonElement Load()
    {
        using var document =
            JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "hpke-p256-aes256gcm.json")));
        return document.RootElement.Clone();
    }
}
