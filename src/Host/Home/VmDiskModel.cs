namespace Lorica.Host.Home;

/// <summary>A disk as the VMX names it.</summary>
/// <param name="Label"><c>virtio0:0</c>, …</param>
/// <param name="Links">What it is made of, first the link that takes the writes; one.</param>
internal sealed record VmDiskModel(string Label, IReadOnlyList<VmDiskLink> Links)
{
    /// <summary>Ending of a descriptor.</summary>
    public const string Ending = ".vmdk";

    /// <summary>A disk of one link.</summary>
    public VmDiskModel(string label, string fileName, Guid objectId, bool encrypted)
        : this(label, [new VmDiskLink(fileName, objectId, encrypted)])
    {
    }

    /// <summary>Descriptor of the link that takes the writes.</summary>
    public string FileName => Links[0].FileName;

    /// <summary>Its object, which stands for the disk.</summary>
    public Guid ObjectId => Links[0].ObjectId;

    /// <summary>Whether it is encrypted, as the VMX's table says.</summary>
    public bool Encrypted => Links[0].Encrypted;

    /// <summary>Its name: the descriptor's without its ending.</summary>
    public string Name => Links[0].Name;
}
