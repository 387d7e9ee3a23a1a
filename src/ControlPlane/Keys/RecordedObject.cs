using Lorica.Model;

namespace Lorica.ControlPlane.Keys;

/// <summary>An object that gets a record: VM home, a disk, or a host.</summary>
/// <param name="Id">Object id.</param>
/// <param name="IsHome">VM home; a disk otherwise.</param>
/// <param name="IsHost">A host: the key is its host key.</param>
internal readonly record struct RecordedObject(string Id, bool IsHome, bool IsHost = false)
{
    /// <summary>Kind of the record of a host key.</summary>
    public const string HostKind = ObjectKinds.Host;

    /// <summary>As the table says it.</summary>
    public string Kind => IsHost ? HostKind : IsHome ? "vm" : "disk";
}
