namespace Lorica.Cli.Commands.Vms;

/// <summary>
/// Looks for a text in a stream of bytes that comes in pieces, and then for the end of its line, so that whoever waits for
/// <c>data ok</c> also gets what stands behind it. Memory is bounded by the length of the text.
/// </summary>
internal sealed class TextWatch(byte[] wanted)
{
    // Invariant: the last bytes seen, fewer than the text has.
    private byte[] _tail = [];

    /// <summary>Whether the text has come.</summary>
    public bool Seen { get; private set; }

    /// <summary>
    /// How many bytes of <paramref name="piece"/> belong to what was waited for, when it is complete; else null.
    /// </summary>
    public int? Feed(ReadOnlySpan<byte> piece)
    {
        int from = 0;
        if (!Seen)
        {
            byte[] joined = [.. _tail, .. piece];
            int at = joined.AsSpan().IndexOf(wanted);
            if (at < 0)
            {
                _tail = joined[^Math.Min(joined.Length, Math.Max(0, wanted.Length - 1))..];
                return null;
            }
            Seen = true;
            from = at + wanted.Length - _tail.Length;
        }
        int end = piece[from..].IndexOf((byte)'\n');
        return end < 0 ? null : from + end + 1;
    }
}
