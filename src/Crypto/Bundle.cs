using System.Security.Cryptography;
using System.Text;
using Lorica.Crypto.Locators;

namespace Lorica.Crypto;

/// <summary>
/// Bundles: DEKs and secrets sealed under a KEK, inside a key locator
/// <c>vmware:key/list/(pair/(fqid/&lt;VMWARE-NULL&gt;/PROVIDER/KEYID,AES%2d256%2dGCM,PAYLOAD))</c>; two pairs only while a KEK is
/// being changed. PAYLOAD = nonce (12, random) ‖ ciphertext ‖ tag (16), AES-256-GCM under the KEK, additional data
/// <c>lorica-bundle-v1\n&lt;kind&gt;\n&lt;esc(provider)&gt;\n&lt;esc(keyId)&gt;</c>. See docs/formats/bundle.md.
/// </summary>
public static class Bundle
{
    private const string SealName = "AES-256-GCM";
    private const int KekBytes = 32, NonceBytes = 12, TagBytes = 16;

    /// <summary>Seals contents under one KEK (32 bytes). The contents stay the caller's.</summary>
    public static string Seal(BundleKind kind, KeyId kekId, KeyBuffer kek, BundleContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        RequireKek(kek);
        if (BundleFormat.Fault(kind, contents) is { } fault)
        {
            throw new ArgumentException($"Contents of a bundle have {fault}.", nameof(contents));
        }

        var locker = new FqidLocator(kekId);
        using var plain = BundleWriter.Write(kind, contents);
        byte[] payload = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = payload.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using (var gcm = new AesGcm(kek.Span, TagBytes))
        {
            gcm.Encrypt(
                nonce, plain.Span, payload.AsSpan(NonceBytes, plain.Length), payload.AsSpan(NonceBytes + plain.Length),
                Context(kind, kekId));
        }

        GC.KeepAlive(kek);
        StackScrubber.Scrub();
        return Bounded(new ListLocator([new PairLocator(locker, SealName, payload)]));
    }

    /// <summary>Joins the pairs of two bundles. A key that both name is refused.</summary>
    public static string Add(string bundle, string anotherBundle) => Join([.. Pairs(bundle), .. Pairs(anotherBundle)]);

    /// <summary>Drops the pair of one key. The key must be there, and another pair must remain.</summary>
    public static string Remove(string bundle, KeyId key)
    {
        var pairs = Pairs(bundle);
        var kept = pairs.Where(p => KeyOf(p) != key).ToArray();
        return kept.Length == pairs.Count
            ? throw new CryptoException(CryptoErrorKind.WrongKey, $"The bundle is not sealed under {key}.")
            : kept.Length == 0 ? throw new ArgumentException("The last pair of a bundle cannot be removed.", nameof(key))
            : Join(kept);
    }

    /// <summary>The keys under which the bundle is sealed, in its order. Parses only; nothing is verified.</summary>
    public static IReadOnlyList<KeyId> KeyIds(string bundle) => [.. Pairs(bundle).Select(KeyOf)];

    /// <summary>
    /// Opens a bundle. The caller owns the contents. Reasons are told apart: <see cref="CryptoErrorKind.WrongKey"/> (no pair for
    /// this id, or the KEK's check value is not the expected one), <see cref="CryptoErrorKind.BundleEdited"/> (KCV right, tag
    /// wrong),
    /// <see cref="CryptoErrorKind.ForeignBundle"/> (it opens, but is another object's), Malformed*. Whether the generation is
    /// older than known is the caller's check.
    /// </summary>
    public static BundleContents Open(
        BundleKind kind, string bundle, KeyId kekId, KeyBuffer kek, string expectedKcv, Guid expectedObject)
    {
        RequireKek(kek);

        // Step 1: the pair of this key.
        var payload = Pairs(bundle).FirstOrDefault(p => KeyOf(p) == kekId)?.Payload
            ?? throw new CryptoException(
                CryptoErrorKind.WrongKey,
                $"The bundle is sealed under {string.Join(" and ", KeyIds(bundle))}, not under {kekId}.");
        if (payload.Length is <= NonceBytes + TagBytes or > NonceBytes + TagBytes + BundleFormat.LargestPlaintext)
        {
            throw new CryptoException(CryptoErrorKind.MalformedBundle, $"Not a bundle: a payload of {payload.Length} bytes.");
        }

        // Step 2: the right key, so that a wrong tag can only mean an edited bundle.
        if (!KeyCheckValue.Matches(kek, expectedKcv))
        {
            throw new CryptoException(
                CryptoErrorKind.WrongKey,
                $"The key held as {kekId} has check value {KeyCheckValue.Compute(kek)}; {expectedKcv} is expected: it "
                    + "is another key.");
        }

        // Step 3: open and parse, in key memory.
        using var plain = KeyBuffer.Allocate(payload.Length - NonceBytes - TagBytes);
        var sealedBytes = payload.Span;
        try
        {
            using var gcm = new AesGcm(kek.Span, TagBytes);
            gcm.Decrypt(sealedBytes[..NonceBytes], sealedBytes[NonceBytes..^TagBytes], sealedBytes[^TagBytes..], plain.Span,
                Context(kind, kekId));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new CryptoException(
                CryptoErrorKind.BundleEdited,
                $"The key {kekId} is the right one, but the bundle does not open: it was edited.", e);
        }
        finally
        {
            GC.KeepAlive(kek);
            StackScrubber.Scrub();
        }

        var contents = BundleReader.Read(kind, plain.Span);
        StackScrubber.Scrub();

        // Step 4: this object's.
        if (contents.ObjectId != expectedObject)
        {
            contents.Dispose();
            throw new CryptoException(
                CryptoErrorKind.ForeignBundle, $"The bundle belongs to object {contents.ObjectId}, not to {expectedObject}.");
        }

        return contents;
    }

    private static byte[] Context(BundleKind kind, KeyId kek)
        => Encoding.UTF8.GetBytes(
            $"lorica-bundle-v1\n{BundleFormat.Wire(kind)}\n{LocatorText.Escape(kek.Provider)}\n{LocatorText.Escape(kek.Id)}");

    private static IReadOnlyList<PairLocator> Pairs(string bundle)
    {
        if (KeyLocator.Parse(bundle) is not ListLocator list)
        {
            throw Malformed("the locator is not a list");
        }

        var pairs = new List<PairLocator>(list.Items.Count);
        foreach (var item in list.Items)
        {
            pairs.Add(item is PairLocator { Locker: FqidLocator, Seal: SealName } pair
                ? pair
                : throw Malformed($"an item is not a pair of a key by name and {SealName}"));
        }

        return pairs.DistinctBy(KeyOf).Count() == pairs.Count ? pairs : throw Malformed("two pairs name the same key");
    }

    private static KeyId KeyOf(PairLocator pair) => ((FqidLocator)pair.Locker).Key;

    private static string Join(IReadOnlyList<PairLocator> pairs)
        => pairs.Count > KeyLocator.MostItems ? throw Malformed($"more than {KeyLocator.MostItems} pairs")
            : pairs.DistinctBy(KeyOf).Count() != pairs.Count ? throw Malformed("two pairs name the same key")
            : Bounded(new ListLocator(pairs));

    private static string Bounded(KeyLocator locator)
    {
        string text = locator.ToString();
        return text.Length <= KeyLocator.LargestText ? text : throw Malformed($"longer than {KeyLocator.LargestText} characters");
    }

    private static void RequireKek(KeyBuffer kek)
    {
        ArgumentNullException.ThrowIfNull(kek);
        if (kek.Length != KekBytes)
        {
            throw new CryptoException(CryptoErrorKind.InvalidKey, $"A KEK has {KekBytes} bytes, not {kek.Length}.");
        }
    }

    private static CryptoException Malformed(string why) => new(CryptoErrorKind.MalformedBundle, $"Not a bundle: {why}.");
}
