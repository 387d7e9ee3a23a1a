namespace Lorica.Crypto;

/// <summary>Name of a KEK: the key provider's name and the key's id there. Not a secret.</summary>
/// <param name="Provider">Name of the key provider.</param>
/// <param name="Id">The provider's identifier of the key.</param>
public readonly record struct KeyId(string Provider, string Id)
{
    /// <summary><c>provider/id</c>, for messages only (both parts may contain a slash; on the wire locators are used).</summary>
    public override string ToString() => $"{Provider}/{Id}";
}
