using System.Globalization;
using Lorica.Crypto;

namespace Lorica.Host.Home;

/// <summary>
/// The line <c>encryption.rekey = "EPOCH:OLD:NEW[:committed]"</c> of a VMX during a shallow recrypt; OLD and NEW are
/// <c>esc(provider)/esc(keyId)</c> of the home's KEKs. Without <c>committed</c> whoever opens the VM rolls back, with it forward.
/// </summary>
internal sealed record RekeyMark(long Epoch, KeyId Old, KeyId New, bool Committed)
{
    private const string Commitment = ":committed";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Epoch}:{Text(Old)}:{Text(New)}{(Committed ? Commitment : "")}");

    /// <summary>Null when the text is no mark.</summary>
    public static RekeyMark? Parse(string text)
    {
        bool committed = text.EndsWith(Commitment, StringComparison.Ordinal);
        string[] fields = (committed ? text[..^Commitment.Length] : text).Split(':');
        return fields.Length == 3
            && long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
            && Key(fields[1]) is { } old && Key(fields[2]) is { } @new
            ? new RekeyMark(epoch, old, @new, committed)
            : null;
    }

    private static string Text(KeyId key) => $"{LocatorText.Escape(key.Provider)}/{LocatorText.Escape(key.Id)}";

    private static KeyId? Key(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && LocatorText.TryUnescape(parts[0], out string? provider)
            && LocatorText.TryUnescape(parts[1], out string? id)
            ? new KeyId(provider, id)
            : null;
    }
}
