namespace Lorica.Crypto.Tests;

public sealed class BundleTests
{
    private static readonly KeyId Kek = new("prov-1", "52 e1/ö");
    private static readonly Guid Object = Guid.Parse("0a1b2c3d-1111-2222-3333-444455556666");

    [Fact]
    public void ADiskBundleOpensToWhatWasSealed()
    {
        using var kek = KeyBuffer.Random(32);
        using var key = KeyBuffer.Random(64);
        using var old = KeyBuffer.Random(64);
        using var contents = new BundleContents
        {
            ObjectId = Object, Generation = 7, Zero = ZeroRule.Error, Key = key.Slice(0, 64), OldKey = old.Slice(0, 64),
        };
        var text = Bundle.Seal(BundleKind.Disk, Kek, kek, contents);
        Assert.StartsWith("vmware:key/list/(pair/(fqid/<VMWARE-NULL>/prov%2d1/52%20e1%2f%c3%b6,AES%2d256%2dGCM,", text, StringComparison.Ordinal);
        using var opened = Bundle.Open(BundleKind.Disk, text, Kek, kek, KeyCheckValue.Compute(kek), Object);
        Assert.Equal((Object, 7L, ZeroRule.Error), (opened.ObjectId, opened.Generation, opened.Zero));
        Assert.True(opened.Key!.FixedTimeEquals(key));
        Assert.True(opened.OldKey!.FixedTimeEquals(old));
        Assert.Equal([Kek], Bundle.KeyIds(text));
    }
}
