namespace Lorica.Disks;

/// <summary>
/// Everything that a file can be when somebody brings it as a disk: a closed list, decided by content alone
/// (docs/formats/foreign-images.md). The first group is read, all others are refused by name.
/// </summary>
public enum ImageFormat
{
    /// <summary>The plain bytes of a disk: whole sectors that look like nothing else in this list.</summary>
    Raw,

    /// <summary>The image of a CD or DVD: read as plain bytes.</summary>
    Iso,

    /// <summary>A VMDK in one file, with its descriptor inside.</summary>
    VmdkSparse,

    /// <summary>A stream-optimised VMDK: compressed, in one file.</summary>
    VmdkStream,

    /// <summary>A VMDK descriptor: text that names the files with the data.</summary>
    VmdkDescriptor,

    /// <summary>One part of a split VMDK, without the descriptor.</summary>
    VmdkPart,

    /// <summary>The end of a stream-optimised VMDK whose start is missing.</summary>
    VmdkTail,

    /// <summary>A snapshot delta of ESX 3 to 6 (vmfsSparse).</summary>
    VmdkCowd,

    /// <summary>A snapshot delta of ESXi 6.5 and later.</summary>
    VmdkSeSparse,

    /// <summary>The list of changed blocks beside a VMDK (<c>-ctk.vmdk</c>).</summary>
    ChangeTracking,

    /// <summary>A VHD whose data is plain, with a footer behind it.</summary>
    VhdFixed,

    /// <summary>A growing or differencing VHD.</summary>
    VhdDynamic,

    /// <summary>VHDX.</summary>
    Vhdx,

    /// <summary>QCOW, QCOW2 or QCOW3.</summary>
    Qcow,

    /// <summary>VirtualBox's own format.</summary>
    Vdi,

    /// <summary>QEMU's enhanced disk.</summary>
    Qed,

    /// <summary>Parallels' disk.</summary>
    Parallels,

    /// <summary>A forensic image (EWF, E01).</summary>
    Ewf,

    /// <summary>An Apple disk image.</summary>
    Dmg,

    /// <summary>A disk encrypted with LUKS.</summary>
    Luks,

    /// <summary>An archive that begins with the description of a VM.</summary>
    Ova,

    /// <summary>A tar archive.</summary>
    Tar,

    /// <summary>A file packed by gzip.</summary>
    Gzip,

    /// <summary>A file packed by xz.</summary>
    Xz,

    /// <summary>A file packed by zstd.</summary>
    Zstd,

    /// <summary>A file packed by bzip2.</summary>
    Bzip2,

    /// <summary>A zip archive.</summary>
    Zip,

    /// <summary>A 7z archive.</summary>
    SevenZip,

    /// <summary>Another archive or packed file: RAR, LZ4, lzip, cabinet, WIM, cpio, ar, RPM.</summary>
    Archive,

    /// <summary>Memory, device or firmware state of a VM (VMSS, VMSN, NVRAM).</summary>
    MachineState,

    /// <summary>The description of a VM: VMX text.</summary>
    Vmx,

    /// <summary>The description of a VM: OVF, or other XML.</summary>
    Ovf,

    /// <summary>Any other text.</summary>
    Text,

    /// <summary>A sealed stream or the journal of a disk, made by Lorica.</summary>
    Lorica,

    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>Fewer bytes than one sector.</summary>
    BelowOneSector,

    /// <summary>A length that is no multiple of 512.</summary>
    NotWholeSectors,
}
