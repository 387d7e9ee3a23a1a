namespace Lorica.ControlPlane.Keys;

/// <summary>An object that gets a record: VM home or a disk.</summary>
/// <param name="Id">Object id.</param>
/// <param name="IsHome">VM home; a disk otherwise.</param>
internal readonly record struct RecordedObject(string Id, bool IsHome)
{
    /// <summary>As the table says it.</summary>
    public string Kind => IsHome ? "vm" : "disk";
}
