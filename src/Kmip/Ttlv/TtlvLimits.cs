namespace Lorica.Kmip.Ttlv;

/// <summary>
/// What a message may cost at most. All are checked before anything is allocated or descended into, so that a hostile peer
/// cannot make us hold more than <see cref="MessageBytes"/> per connection.
/// </summary>
internal static class TtlvLimits
{
    /// <summary>Whole message with its header. Real clients announce between 8 KiB and 1 MiB.</summary>
    public const int MessageBytes = 1 << 20;

    /// <summary>Structures within structures; the deepest message of the specification has 9.</summary>
    public const int Depth = 32;

    /// <summary>Items of all kinds in one message.</summary>
    public const int Items = 10_000;

    /// <summary>Bytes of one text string.</summary>
    public const int TextBytes = 64 << 10;

    /// <summary>Bytes of tag, type and length.</summary>
    public const int HeaderBytes = 8;
}
