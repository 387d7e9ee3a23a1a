namespace Lorica.Kmip.Ttlv;

/// <summary>Walks the items of a structure whose bytes were validated. Use with foreach.</summary>
internal ref struct TtlvCursor(ReadOnlySpan<byte> items)
{
    private ReadOnlySpan<byte> _rest = items;

    /// <summary>The item the cursor stands on.</summary>
    public TtlvItem Current { get; private set; }

    public readonly TtlvCursor GetEnumerator() => this;

    /// <summary>Steps to the next item; false at the end.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Current = TtlvItem.ReadValid(_rest);
        _rest = _rest[Current.Encoded.Length..];
        return true;
    }
}
