using System.Text;
using Lorica.Crypto.Locators;

namespace Lorica.Crypto;

/// <summary>
/// A key locator in the public grammar of VMware tools: <c>vmware:key/…</c>. It names keys and carries sealed bytes; it holds no
/// secret. Nodes: <see cref="FqidLocator"/>, <see cref="PhraseLocator"/>, <see cref="ListLocator"/>, <see cref="PairLocator"/>.
/// <para>Limits: 64 KiB of text, 4 items of a list, depth 4.</para>
/// </summary>
public abstract class KeyLocator
{
    /// <summary>Longest text that is read or written, in characters (all ASCII).</summary>
    public const int LargestText = 64 * 1024;

    /// <summary>Most items of a list.</summary>
    public const int MostItems = 4;

    /// <summary>Deepest nesting; a bundle has three levels.</summary>
    public const int DeepestNesting = 4;

    internal const string Prefix = "vmware:key/";

    private protected KeyLocator()
    {
    }

    /// <summary>
    /// Reads a locator; the prefix in any case, all else exactly as <see cref="ToString"/> writes it. Anything else throws
    /// <see cref="CryptoErrorKind.MalformedLocator"/>.
    /// </summary>
    public static KeyLocator Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return LocatorParser.Parse(text);
    }

    /// <summary>The locator's text.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder(Prefix);
        Write(text);
        return text.ToString();
    }

    internal abstract void Write(StringBuilder text);
}
