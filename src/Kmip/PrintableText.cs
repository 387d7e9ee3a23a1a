using System.Globalization;
using System.Text;

namespace Lorica.Kmip;

/// <summary>Text of the peer made fit for messages and logs: one line, bounded, no control or formatting characters.</summary>
public static class PrintableText
{
    /// <summary>
    /// Escapes what could forge a line or a terminal command and cuts at <paramref name="maximum"/> characters.
    /// </summary>
    /// <param name="text">Foreign text.</param>
    /// <param name="maximum">Characters to keep.</param>
    public static string Escape(string text, int maximum = 512)
    {
        var clean = new StringBuilder(Math.Min(text.Length, maximum) + 8);
        foreach (char c in text)
        {
            if (clean.Length >= maximum)
            {
                return clean.Append('…').ToString();
            }

            var category = char.GetUnicodeCategory(c);
            if (c == '\\' || category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse)
            {
                clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                clean.Append(c);
            }
        }

        return clean.ToString();
    }
}
