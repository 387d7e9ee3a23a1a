using Lorica.Kmip;

namespace Lorica.Kms.Store;

/// <summary>An object without its material as it stands in its file: the shape that must stay readable.</summary>
internal sealed record ObjectRecord(
    string Id, string Owner, int Type, int State, int KeyFormat, int DataType, IReadOnlyList<AttributeRecord> Attributes)
{
    public static ObjectRecord From(KmipObject o) => new(
        o.UniqueIdentifier, o.Owner, (int)o.Type, (int)o.State, o.KeyFormat, o.DataType,
        [.. o.Attributes.Select(a => new AttributeRecord(a.Name, a.Index, a.Value.ToArray()))]);

    public KmipObject ToObject() => new()
    {
        UniqueIdentifier = Id,
        Owner = Owner,
        Type = (KmipObjectType)Type,
        State = (KmipKeyState)State,
        KeyFormat = KeyFormat,
        DataType = DataType,
        Attributes = [.. Attributes.Select(a => new KmipStoredAttribute(a.Name, a.Index, a.Value))],
    };
}
