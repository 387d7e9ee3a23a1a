namespace Lorica.Nbd.Protocol;

/// <summary>Command flags (section "Command flags").</summary>
[Flags]
internal enum CommandFlags : ushort
{
    None = 0,

    /// <summary>FUA: the answer means that the data is on stable storage.</summary>
    ForceUnitAccess = 1 << 0,

    /// <summary>WRITE_ZEROES must not punch a hole.</summary>
    NoHole = 1 << 1,

    /// <summary>READ must be answered in one chunk.</summary>
    DontFragment = 1 << 2,

    /// <summary>BLOCK_STATUS wants one extent only.</summary>
    RequestOne = 1 << 3,
}
