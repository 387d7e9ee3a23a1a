namespace Lorica.Host.Home;

/// <summary>One link of a disk, as the VMX names it.</summary>
/// <param name="FileName">Descriptor in the VM's folder: <c>NAME.vmdk</c>.</param>
/// <param name="ObjectId">Made with the link, plain or encrypted; never changes.</param>
/// <param name="Encrypted">What the VMX's table says: a link that is weaker was tampered with.</param>
internal sealed record VmDiskLink(string FileName, Guid ObjectId, bool Encrypted)
{
    /// <summary>The link's name: the descriptor's without its ending.</summary>
    public string Name => FileName[..^VmDiskModel.Ending.Length];
}
