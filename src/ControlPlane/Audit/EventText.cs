using System.Text;

namespace Lorica.ControlPlane.Audit;

/// <summary>
/// Text of events: what is hashed must be what is read back, on every engine and in every export. So there is no control
/// character, no half of a surrogate pair, and nothing without end.
/// </summary>
internal static class EventText
{
    private const int Maximum = 2000;

    /// <summary>The text as it may stand in an event.</summary>
    public static string Clean(string text)
    {
        var result = new StringBuilder(Math.Min(text.Length, Maximum));
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length + rune.Utf16SequenceLength > Maximum)
            {
                break;
            }

            // A lone surrogate is enumerated as U+FFFD.
            result.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return result.ToString();
    }
}
