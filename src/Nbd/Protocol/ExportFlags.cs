namespace Lorica.Nbd.Protocol;

/// <summary>Transmission flags of an export (section "Transmission flags").</summary>
[Flags]
internal enum ExportFlags : ushort
{
    None = 0,
    HasFlags = 1 << 0,
    ReadOnly = 1 << 1,
    SendFlush = 1 << 2,
    SendForceUnitAccess = 1 << 3,
    SendTrim = 1 << 5,
    SendWriteZeroes = 1 << 6,
    SendDontFragment = 1 << 7,
    CanMultiConnection = 1 << 8,
    SendCache = 1 << 10,
}
