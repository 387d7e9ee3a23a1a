namespace Lorica.Kmip.Server;

/// <summary>What a client may do with an attribute besides reading it.</summary>
[Flags]
internal enum AttributeAccess
{
    None = 0,

    /// <summary>In Create and Register.</summary>
    Set = 1,

    /// <summary>By Add, Modify and Delete Attribute.</summary>
    Change = 2,
}
