namespace Lorica.Model;

/// <summary>Names an object of the inventory: what a privilege is checked at, what a task, event or alarm is about.</summary>
/// <param name="Kind">One of <see cref="ObjectKinds"/>.</param>
/// <param name="Id">Object id; for what hangs at the root its name.</param>
/// <param name="Name">For people.</param>
[GenerateSerializer]
[Alias("Lorica.ObjectRef")]
public readonly record struct ObjectRef(string Kind, string Id, string Name)
{
    /// <summary>The root.</summary>
    public static ObjectRef Root { get; } = new(ObjectKinds.Root, InventoryIds.Root, InventoryIds.Root);

    /// <summary>A key provider.</summary>
    public static ObjectRef Provider(string name) => new(ObjectKinds.Provider, name, name);

    /// <summary>A key.</summary>
    public static ObjectRef Key(string provider, string keyId) =>
        new(ObjectKinds.Key, $"{provider}/{keyId}", $"{provider}/{keyId}");

    /// <inheritdoc />
    public override string ToString() => Name;
}
