using System.Text;

namespace Lorica.Crypto;

/// <summary><c>phrase/id/parameters</c>: a key made from a password. Read and written, not opened, by this version.</summary>
/// <param name="id">Identifies the phrase.</param>
/// <param name="parameters"><c>pass2key=…:cipher=AES-256:rounds=…:salt=…</c></param>
public sealed class PhraseLocator(string id, string parameters) : KeyLocator
{
    internal const string Word = "phrase/";

    /// <summary>Identifies the phrase.</summary>
    public string Id { get; } = id ?? throw new ArgumentNullException(nameof(id));

    /// <summary>How the key is made, unescaped.</summary>
    public string Parameters { get; } = parameters ?? throw new ArgumentNullException(nameof(parameters));

    internal override void Write(StringBuilder text)
        => text.Append(Word).Append(LocatorText.Escape(Id)).Append('/').Append(LocatorText.Escape(Parameters));
}
