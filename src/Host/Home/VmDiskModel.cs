namespace Lorica.Host.Home;

/// <summary>A disk as the VMX names it.</summary>
/// <param name="Label"><c>virtio0:0</c>, …</param>
/// <param name="FileName">Descriptor in the VM's folder: <c>NAME.vmdk</c>.</param>
/// <param name="ObjectId">Made with the disk, plain or encrypted; never changes.</param>
/// <param name="Encrypted">What the VMX's table says: a disk that is weaker was tampered with.</param>
internal sealed record VmDiskModel(string Label, string FileName, Guid ObjectId, bool Encrypted)
{
    /// <summary>Ending of a descriptor.</summary>
    public const string Ending = ".vmdk";

    /// <summary>The disk's name: the descriptor's without its ending.</summary>
    public string Name => FileName[..^Ending.Length];
}
