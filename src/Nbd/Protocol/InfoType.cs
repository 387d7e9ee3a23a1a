namespace Lorica.Nbd.Protocol;

/// <summary>Kinds of NBD_REP_INFO.</summary>
internal enum InfoType : ushort
{
    Export = 0,
    Name = 1,
    Description = 2,
    BlockSize = 3,
}
