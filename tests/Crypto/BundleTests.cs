using System.Text;
using Lorica.Crypto.Locators;

namespace Lorica.Crypto.Tests;

public sealed class BundleTests
{
    private static readonly KeyId Kek = new("prov-1", "52 e1/ö");
    private static readonly Guid Object = Guid.Parse("0a1b2c3d-1111-2222-3333-444455556666");

    [Fact]
    public void A_disk_bundle_opens_to_what_was_sealed()
    {
        using var kek = KeyBuffer.Random(32);
        using var contents = Disk(generation: 7, ZeroRule.Error, withKey: true, withOld: true);
        string text = Bundle.Seal(BundleKind.Disk, Kek, kek, contents);
        Assert.StartsWith(
            "vmware:key/list/(pair/(fqid/<VMWARE-NULL>/prov%2d1/52%20e1%2f%c3%b6,AES%2d256%2dGCM,", text,
            StringComparison.Ordinal);
        using var opened = Bundle.Open(BundleKind.Disk, text, Kek, kek, KeyCheckValue.Compute(kek), Object);
        Assert.Equal((Object, 7L, (ZeroRule?)ZeroRule.Error), (opened.ObjectId, opened.Generation, opened.Zero));
        Assert.True(opened.Key!.FixedTimeEquals(contents.Key!));
        Assert.True(opened.OldKey!.FixedTimeEquals(contents.OldKey!));
        Assert.Equal([Kek], Bundle.KeyIds(text));
        Assert.Contains("[redacted]", opened.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_plain_side_of_a_transition_has_no_key()
    {
        using var kek = KeyBuffer.Random(32);
        using var contents = Disk(1, ZeroRule.Hole, withKey: false, withOld: true);
        using var opened = Bundle.Open(
            BundleKind.Disk, Bundle.Seal(BundleKind.Disk, Kek, kek, contents), Kek, kek, KeyCheckValue.Compute(kek), Object);
        Assert.Null(opened.Key);
        Assert.True(opened.OldKey!.FixedTimeEquals(contents.OldKey!));
    }

    [Fact]
    public void A_vm_bundle_carries_secrets_by_name()
    {
        using var kek = KeyBuffer.Random(32);
        using var contents = new BundleContents
        {
            ObjectId = Object,
            Generation = long.MaxValue,
            Key = KeyBuffer.Random(32),
            Secrets = new Dictionary<string, KeyBuffer>(StringComparer.Ordinal)
            { ["tpm.state"] = KeyBuffer.Random(4096), ["a"] = KeyBuffer.Random(1) },
        };
        using var opened = Bundle.Open(
            BundleKind.Vm, Bundle.Seal(BundleKind.Vm, Kek, kek, contents), Kek, kek, KeyCheckValue.Compute(kek), Object);
        Assert.Equal(["a", "tpm.state"], opened.Secrets.Keys);
        Assert.True(opened.Secrets["tpm.state"].FixedTimeEquals(contents.Secrets["tpm.state"]));
        Assert.True(opened.Key!.FixedTimeEquals(contents.Key));
    }

    [Fact]
    public void Another_key_is_a_wrong_key_and_not_an_edited_bundle()
    {
        using var kek = KeyBuffer.Random(32);
        using var other = KeyBuffer.Random(32);
        string text = Sealed(kek);
        Kind(CryptoErrorKind.WrongKey, () => Bundle.Open(BundleKind.Disk, text, Kek, other, KeyCheckValue.Compute(kek), Object));
        Kind(CryptoErrorKind.WrongKey,
            () => Bundle.Open(BundleKind.Disk, text, new("prov-1", "x"), kek, KeyCheckValue.Compute(kek), Object));
        using var shorter = KeyBuffer.Random(16);
        Kind(CryptoErrorKind.InvalidKey, () => Bundle.Open(BundleKind.Disk, text, Kek, shorter, "", Object));
    }

    [Fact]
    public void Any_edited_byte_of_the_payload_is_an_edited_bundle()
    {
        using var kek = KeyBuffer.Random(32);
        var pair = (PairLocator)((ListLocator)KeyLocator.Parse(Sealed(kek))).Items[0];
        for (int i = 0; i < pair.Payload.Length; i++)
        {
            byte[] payload = pair.Payload.ToArray();
            payload[i] ^= 1;
            string edited = new ListLocator([new PairLocator(pair.Locker, pair.Seal, payload)]).ToString();
            Kind(CryptoErrorKind.BundleEdited,
                () => Bundle.Open(BundleKind.Disk, edited, Kek, kek, KeyCheckValue.Compute(kek), Object));
        }
    }

    [Fact]
    public void A_bundle_is_bound_to_its_kind_and_to_the_name_of_its_key()
    {
        using var kek = KeyBuffer.Random(32);
        string text = Sealed(kek);
        Kind(CryptoErrorKind.BundleEdited, () => Bundle.Open(BundleKind.Vm, text, Kek, kek, KeyCheckValue.Compute(kek), Object));
        string renamed = text.Replace("prov%2d1", "prov%2d2", StringComparison.Ordinal);
        Kind(
            CryptoErrorKind.BundleEdited,
            () => Bundle.Open(BundleKind.Disk, renamed, new("prov-2", Kek.Id), kek, KeyCheckValue.Compute(kek), Object));
    }

    [Fact]
    public void A_bundle_of_another_object_names_both()
    {
        using var kek = KeyBuffer.Random(32);
        var wanted = Guid.NewGuid();
        var refused = Kind(
            CryptoErrorKind.ForeignBundle,
            () => Bundle.Open(BundleKind.Disk, Sealed(kek), Kek, kek, KeyCheckValue.Compute(kek), wanted));
        Assert.Contains(Object.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Contains(wanted.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_pairs_open_under_either_key_and_one_can_be_dropped()
    {
        using var first = KeyBuffer.Random(32);
        using var second = KeyBuffer.Random(32);
        using var contents = Disk(1, ZeroRule.Hole, withKey: true, withOld: false);
        var newId = new KeyId("prov-1", "new");
        string both = Bundle.Add(
            Bundle.Seal(BundleKind.Disk, Kek, first, contents), Bundle.Seal(BundleKind.Disk, newId, second, contents));
        Assert.Equal([Kek, newId], Bundle.KeyIds(both));
        Bundle.Open(BundleKind.Disk, both, Kek, first, KeyCheckValue.Compute(first), Object).Dispose();
        Bundle.Open(BundleKind.Disk, both, newId, second, KeyCheckValue.Compute(second), Object).Dispose();
        string dropped = Bundle.Remove(both, Kek);
        Assert.Equal([newId], Bundle.KeyIds(dropped));
        Kind(CryptoErrorKind.MalformedBundle, () => Bundle.Add(both, dropped));
        Kind(CryptoErrorKind.WrongKey, () => Bundle.Remove(dropped, Kek));
        Assert.Throws<ArgumentException>(() => Bundle.Remove(dropped, newId));
    }

    [Theory]
    [InlineData("vmware:key/fqid/<VMWARE-NULL>/p/k")]
    [InlineData("vmware:key/list/(fqid/<VMWARE-NULL>/p/k)")]
    [InlineData("vmware:key/list/(pair/(phrase/a/b,AES%2d256%2dGCM,AAAA))")]
    [InlineData("vmware:key/list/(pair/(fqid/<VMWARE-NULL>/p/k,HMAC%2dSHA%2d1,AAAA))")]
    [InlineData("vmware:key/list/(pair/(fqid/<VMWARE-NULL>/p/k,AES%2d256%2dGCM,AAAA),"
        + "pair/(fqid/<VMWARE-NULL>/p/k,AES%2d256%2dGCM,AAAA))")]
    public void A_locator_of_another_shape_is_no_bundle(string text)
        => Kind(CryptoErrorKind.MalformedBundle, () => Bundle.KeyIds(text));

    [Fact]
    public void A_payload_that_is_too_short_is_no_bundle()
    {
        using var kek = KeyBuffer.Random(32);
        string text = new ListLocator([new PairLocator(new FqidLocator(Kek), "AES-256-GCM", new byte[28])]).ToString();
        Kind(CryptoErrorKind.MalformedBundle,
            () => Bundle.Open(BundleKind.Disk, text, Kek, kek, KeyCheckValue.Compute(kek), Object));
    }

    [Fact]
    public void Contents_that_do_not_fit_the_kind_are_misuse()
    {
        using var kek = KeyBuffer.Random(32);
        using var disk = Disk(1, ZeroRule.Hole, withKey: true, withOld: false);
        Assert.Throws<ArgumentException>(() => Bundle.Seal(BundleKind.Vm, Kek, kek, disk));
        using var nothing = Disk(1, ZeroRule.Hole, withKey: false, withOld: false);
        Assert.Throws<ArgumentException>(() => Bundle.Seal(BundleKind.Disk, Kek, kek, nothing));
        using var generation = Disk(0, ZeroRule.Hole, withKey: true, withOld: false);
        Assert.Throws<ArgumentException>(() => Bundle.Seal(BundleKind.Disk, Kek, kek, generation));
    }

    [Fact]
    public void The_plaintext_is_that_of_the_format()
    {
        using var contents = new BundleContents
        {
            ObjectId = Object, Generation = 3, Zero = ZeroRule.Hole,
            Key = KeyBuffer.CopyOf([.. Enumerable.Range(200, 64).Select(i => (byte)i)]),
        };
        using var plain = BundleWriter.Write(BundleKind.Disk, contents);
        string key = Convert.ToBase64String(contents.Key.Span).Replace("+", "%2b", StringComparison.Ordinal)
            .Replace("/", "%2f", StringComparison.Ordinal).Replace("=", "%3d", StringComparison.Ordinal);
        Assert.Equal(
            $"type=key:object=0a1b2c3d%2d1111%2d2222%2d3333%2d444455556666:gen=3:zero=hole:cipher=XTS%2dAES%2d256:key={key}",
            Encoding.ASCII.GetString(plain.Span));
        using var read = BundleReader.Read(BundleKind.Disk, plain.Span);
        using var again = BundleWriter.Write(BundleKind.Disk, read);
        Assert.True(plain.FixedTimeEquals(again));
    }

    [Theory]
    [InlineData("")]
    [InlineData("type=key")]
    [InlineData("type=kex:object=O:gen=1:cipher=AES%2d256:key=K")]
    [InlineData("object=O:type=key:gen=1:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=O:gen=01:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=O:gen=+1:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=O:gen=0:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=O:gen=-1:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=O:gen=9223372036854775808:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=0A1B2C3D%2d1111%2d2222%2d3333%2d444455556666:gen=1:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=0a1b2c3d-1111-2222-3333-444455556666:gen=1:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=00000000%2d0000%2d0000%2d0000%2d000000000000:gen=1:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=O:gen=1:cipher=AES-256:key=K")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d128:key=K")]
    [InlineData("type=key:object=O:gen=1:zero=hole:cipher=AES%2d256:key=K")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=AAAA")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:key=K")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:oldkey=K")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:secret.=AAAA")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:secret.b=AAAA:secret.a=AAAA")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:secret.a=AAAA:secret.a=AAAA")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:secret.a b=AAAA")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:secret.a=AA AA")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:secret.a=AAB%3d")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:secret.a=AAA=")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:secret.a=AAA%3")]
    [InlineData("type=key:object=O:gen=1:cipher=AES%2d256:key=K:unknown=AAAA")]
    public void A_plaintext_that_is_not_the_writers_is_refused(string text)
    {
        string whole = text.Replace("=O:", "=0a1b2c3d%2d1111%2d2222%2d3333%2d444455556666:", StringComparison.Ordinal)
            .Replace("key=K", "key=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8%3d", StringComparison.Ordinal);
        Kind(CryptoErrorKind.MalformedBundle, () => BundleReader.Read(BundleKind.Vm, Encoding.Latin1.GetBytes(whole)));
    }

    private static BundleContents Disk(long generation, ZeroRule zero, bool withKey, bool withOld)
        => new()
        {
            ObjectId = Object,
            Generation = generation,
            Zero = zero,
            Key = withKey ? KeyBuffer.Random(64) : null,
            OldKey = withOld ? KeyBuffer.Random(64) : null,
        };

    private static string Sealed(KeyBuffer kek)
    {
        using var contents = Disk(1, ZeroRule.Hole, withKey: true, withOld: false);
        return Bundle.Seal(BundleKind.Disk, Kek, kek, contents);
    }

    private static CryptoException Kind(CryptoErrorKind kind, Action act)
    {
        var refused = Assert.Throws<CryptoException>(act);
        Assert.Equal(kind, refused.Kind);
        return refused;
    }
}
