namespace Lorica.Nbd.Protocol;

/// <summary>Numbers of the protocol. All integers on the wire are big-endian.</summary>
internal static class Wire
{
    /// <summary>"NBDMAGIC".</summary>
    public const ulong InitMagic = 0x4e42444d41474943;

    /// <summary>"IHAVEOPT".</summary>
    public const ulong OptionMagic = 0x49484156454f5054;
    public const ulong OptionReplyMagic = 0x3e889045565a9;
    public const uint RequestMagic = 0x25609513;
    public const uint SimpleReplyMagic = 0x67446698;
    public const uint StructuredReplyMagic = 0x668e33ef;

    public const ushort FixedNewstyle = 1;
    public const ushort NoZeroes = 2;

    public const int GreetingSize = 18;
    public const int OptionHeaderSize = 16;
    public const int OptionReplyHeaderSize = 20;
    public const int RequestSize = 28;
    public const int SimpleReplySize = 16;
    public const int ChunkHeaderSize = 20;

    /// <summary>Chunk header and the offset that precedes the data of a read.</summary>
    public const int OffsetDataHeaderSize = ChunkHeaderSize + 8;

    /// <summary>Chunk header, error number, length of an empty message.</summary>
    public const int ErrorChunkSize = ChunkHeaderSize + 6;

    public const ushort ChunkDone = 1;
    public const ushort ChunkOffsetData = 1;
    public const ushort ChunkBlockStatus = 5;
    public const ushort ChunkError = 0x8001;

    public const uint MinimumBlock = 512;
    public const uint PreferredBlock = 4096;

    /// <summary>The only metadata context, and the number by which this server calls it.</summary>
    public const string AllocationContext = "base:allocation";
    public const uint AllocationContextId = 1;
    public const uint StateHole = 1;
    public const uint StateZero = 2;
}
