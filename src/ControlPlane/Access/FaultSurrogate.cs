using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Access;

/// <summary>How a <see cref="Fault"/> travels between grains on different centers.</summary>
[GenerateSerializer]
[Alias("Lorica.Fault")]
internal struct FaultSurrogate
{
    [Id(0)]
    public string Type;
    [Id(1)]
    public string Key;
    [Id(2)]
    public string Object;
    [Id(3)]
    public string Message;
    [Id(4)]
    public string Hint;

    /// <summary>Provider, key id, reason, detail of each key, one after the other.</summary>
    [Id(5)]
    public string[] Keys;

    public static FaultSurrogate From(Fault f) => new()
    {
        Type = f.Type,
        Key = f.Key,
        Object = f.Object,
        Message = f.Message,
        Hint = f.Hint,
        Keys = [.. f.Keys.SelectMany(k => new[] { k.Provider, k.KeyId, k.Reason, k.Detail })],
    };

    public readonly Fault ToFault() => new(Type, Key, Object, Message, Hint)
    {
        Keys = [.. (Keys ?? []).Chunk(4).Select(k => new KeyReason(k[0], k[1], k[2], k[3]))],
    };
}
