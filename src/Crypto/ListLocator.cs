using System.Text;

namespace Lorica.Crypto;

/// <summary><c>list/(…,…)</c>: alternatives, one to four.</summary>
/// <param name="items">The items.</param>
public sealed class ListLocator(IReadOnlyList<KeyLocator> items) : KeyLocator
{
    internal const string Word = "list/(";

    /// <summary>The items, in their order.</summary>
    public IReadOnlyList<KeyLocator> Items { get; } = items is { Count: >= 1 and <= MostItems }
        ? [.. items]
        : throw new ArgumentException($"A list has one to {MostItems} items.", nameof(items));

    internal override void Write(StringBuilder text)
    {
        text.Append(Word);
        for (int i = 0; i < Items.Count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            Items[i].Write(text);
        }

        text.Append(')');
    }
}
