using System.Text;

namespace Lorica.Store;

/// <summary>What the filter of a list wants: a text equal without case, or with <c>*</c> at its end one that begins so.</summary>
public sealed class TextPattern(string wanted)
{
    private readonly string? _start = wanted is [.. var start, '*'] ? start : null;

    /// <summary>Whether the database knows as well what is so.</summary>
    public bool IsAscii => wanted.All(char.IsAscii);

    /// <summary>
    /// For LIKE with <c>\</c> as escape: matches whatever <see cref="Matches"/> does, and more where letters are not ASCII, whose
    /// case the database does not know.
    /// </summary>
    internal string Like
    {
        get
        {
            string text = _start ?? wanted;
            var like = new StringBuilder();
            foreach (char c in text.TakeWhile(char.IsAscii))
            {
                like.Append(c is '%' or '_' or '\\' ? "\\" : "").Append(c);
            }

            return (_start is not null || !IsAscii ? like.Append('%') : like).ToString();
        }
    }

    /// <summary>Whether a value is so.</summary>
    public bool Matches(string? value) => _start is not null
        ? value?.StartsWith(_start, StringComparison.OrdinalIgnoreCase) == true
        : string.Equals(value, wanted, StringComparison.OrdinalIgnoreCase);
}
