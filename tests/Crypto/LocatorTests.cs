using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lorica.Crypto.Tests;

public sealed class LocatorTests
{
    public static TheoryData<string> Hostile()
        => [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Data", "locators-hostile.txt")), ""];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_text_is_refused(string text)
    {
        LocatorFuzzTarget.Run(Encoding.UTF8.GetBytes(text));
        Assert.Equal(CryptoErrorKind.MalformedLocator, Assert.Throws<CryptoException>(() => KeyLocator.Parse(text)).Kind);
    }

    [Theory]
    [InlineData("vmware:key/fqid/<VMWARE-NULL>/my%2dkms/52%20ab")]
    [InlineData("vmware:key/phrase/UJZ7kpIbxdM%3d/pass2key%3dPBKDF2%2dHMAC%2dSHA%2d1"
        + "%3acipher%3dAES%2d256%3arounds%3d1000%3asalt%3dH0ZyEpYXMDdAAy%2bF")]
    [InlineData("vmware:key/list/(pair/(phrase/a/b,HMAC%2dSHA%2d1,AAAA),pair/(fqid/<VMWARE-NULL>/p/k,AES%2d256%2dGCM,))")]
    public void What_v_mware_tools_write_is_read_and_written_again(string text)
        => Assert.Equal(text, KeyLocator.Parse(text).ToString());

    [Fact]
    public void The_prefix_is_read_in_any_case()
        => Assert.Equal("vmware:key/fqid/<VMWARE-NULL>/p/k", KeyLocator.Parse("VMware:Key/fqid/<VMWARE-NULL>/p/k").ToString());

    [Fact]
    public void A_text_that_is_too_long_is_refused_unread()
    {
        string longest = "vmware:key/fqid/<VMWARE-NULL>/p/" + new string('k', KeyLocator.LargestText - 32);
        Assert.Equal(longest, KeyLocator.Parse(longest).ToString());
        Assert.Equal(CryptoErrorKind.MalformedLocator,
            Assert.Throws<CryptoException>(() => KeyLocator.Parse(longest + "k")).Kind);
    }

    [Property(MaxTest = 300)]
    public void AnyTextIsEscapedAndReadBack(NonNull<string> text)
    {
        string proper = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
        string escaped = LocatorText.Escape(proper);
        Assert.True(escaped.All(c => char.IsAsciiLetterOrDigit(c) || c == '%'));
        Assert.True(LocatorText.TryUnescape(escaped, out string? back));
        Assert.Equal(proper, back);
    }

    [Fact]
    public void Half_a_character_cannot_be_escaped() => Assert.ThrowsAny<ArgumentException>(() => LocatorText.Escape("\ud800"));

    [Property(MaxTest = 300, Arbitrary = [typeof(Locators)])]
    public void WhatIsWrittenIsReadAsTheSame(KeyLocator locator)
    {
        string text = locator.ToString();
        Assert.Equal(text, KeyLocator.Parse(text).ToString());
    }

    [Property(MaxTest = 2000, Arbitrary = [typeof(Locators)])]
    public void AnEditedTextIsRefusedOrReadAsItself(KeyLocator locator, int position, byte value)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(locator.ToString());
        bytes[(int)((uint)position % bytes.Length)] = value;
        LocatorFuzzTarget.Run(bytes);
        LocatorFuzzTarget.Run(bytes.AsSpan(0, (int)((uint)position % bytes.Length)));
    }

    private static class Locators
    {
        public static Arbitrary<KeyLocator> Any() => Node(3).ToArbitrary();

        private static Gen<KeyLocator> Node(int depth)
            => depth <= 1 ? Leaf() : Gen.OneOf(
                Leaf(),
                Gen.Choose(1, 4).SelectMany(n => Node(depth - 1).ArrayOf(n)).Select(items => (KeyLocator)new ListLocator(items)),
                Node(depth - 1).SelectMany(
                    locker => Word(), (locker, seal) => (locker, seal)).SelectMany(
                    p => Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(),
                    (p, bytes) => (KeyLocator)new PairLocator(p.locker, p.seal, bytes)));

        private static Gen<KeyLocator> Leaf()
            => Gen.OneOf(
                Word().SelectMany(_ => Word(), (p, k) => (KeyLocator)new FqidLocator(new KeyId(p, k))),
                Word().SelectMany(_ => Word(), (i, p) => (KeyLocator)new PhraseLocator(i, p)));

        private static Gen<string> Word()
            => Gen.Elements('a', 'Z', '0', '-', '/', ',', '(', ')', '%', ' ', 'ö', '€', ':', '=').NonEmptyListOf()
                .Select(l => new string([.. l]));
    }
}
