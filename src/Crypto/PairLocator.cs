using System.Text;

namespace Lorica.Crypto;

/// <summary><c>pair/(locker,seal,payload)</c>: bytes sealed under the key that the locker names.</summary>
/// <param name="locker">Names the key.</param>
/// <param name="seal">Name of the sealing, such as <c>AES-256-GCM</c>.</param>
/// <param name="payload">The sealed bytes, public.</param>
public sealed class PairLocator(KeyLocator locker, string seal, ReadOnlyMemory<byte> payload) : KeyLocator
{
    internal const string Word = "pair/(";

    /// <summary>Names the key.</summary>
    public KeyLocator Locker { get; } = locker ?? throw new ArgumentNullException(nameof(locker));

    /// <summary>Name of the sealing.</summary>
    public string Seal { get; } =
        string.IsNullOrEmpty(seal) ? throw new ArgumentException("A seal has a name.", nameof(seal)) : seal;

    /// <summary>The sealed bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    internal override void Write(StringBuilder text)
    {
        text.Append(Word);
        Locker.Write(text);
        text.Append(',').Append(LocatorText.Escape(Seal))
            .Append(',').Append(LocatorText.Escape(Convert.ToBase64String(Payload.Span))).Append(')');
    }
}
