namespace Lorica.ControlPlane.Keys;

/// <summary>A VM or host that has a key, or had it.</summary>
/// <param name="Id">VM id or host id.</param>
/// <param name="Name">For people.</param>
/// <param name="IsHost">It is the key of a host.</param>
/// <param name="Left">The VM is not in the inventory; its files may come back.</param>
internal sealed record KeyOwner(string Id, string Name, bool IsHost, bool Left)
{
    /// <inheritdoc />
    public override string ToString() => IsHost ? $"host {Name}" : Left ? $"{Name}, which left the inventory" : Name;
}
