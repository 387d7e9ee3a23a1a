namespace Lorica.Disks.Images;

/// <summary>What is said of each format: its name, how it is known, and what to do with a file that is not read.</summary>
internal static class ImageWords
{
    private const string Convert = "Convert it: qemu-img convert -O raw IMAGE disk.raw";
    private const string OrRaw = "If these are the plain bytes of a disk all the same: import it with --raw.";

    /// <summary>Whether it is read.</summary>
    public static bool IsRead(ImageFormat format) => format is ImageFormat.Raw or ImageFormat.Iso or ImageFormat.VmdkSparse
        or ImageFormat.VmdkStream or ImageFormat.VmdkDescriptor;

    /// <summary>Name with its article.</summary>
    public static string Name(ImageFormat format) => format switch
    {
        ImageFormat.Raw => "a raw disk",
        ImageFormat.Iso => "the image of a CD or DVD",
        ImageFormat.VmdkSparse => "a sparse VMDK",
        ImageFormat.VmdkStream => "a stream-optimised VMDK",
        ImageFormat.VmdkDescriptor => "a VMDK descriptor",
        ImageFormat.VmdkPart => "one part of a split VMDK",
        ImageFormat.VmdkTail => "the end of a stream-optimised VMDK without its start",
        ImageFormat.VmdkCowd => "a snapshot delta (vmfsSparse, COWD)",
        ImageFormat.VmdkSeSparse => "a snapshot delta (seSparse)",
        ImageFormat.ChangeTracking => "a list of changed blocks (-ctk.vmdk)",
        ImageFormat.VhdFixed => "a fixed VHD",
        ImageFormat.VhdDynamic => "a dynamic or differencing VHD",
        ImageFormat.Vhdx => "a VHDX image",
        ImageFormat.Qcow => "a QCOW image",
        ImageFormat.Vdi => "a VDI image",
        ImageFormat.Qed => "a QED image",
        ImageFormat.Parallels => "a Parallels image",
        ImageFormat.Ewf => "a forensic image (EWF)",
        ImageFormat.Dmg => "an Apple disk image",
        ImageFormat.Luks => "a disk encrypted with LUKS",
        ImageFormat.Ova => "an OVA, an archive with a VM in it",
        ImageFormat.Tar => "a tar archive",
        ImageFormat.Gzip => "packed by gzip",
        ImageFormat.Xz => "packed by xz",
        ImageFormat.Zstd => "packed by zstd",
        ImageFormat.Bzip2 => "packed by bzip2",
        ImageFormat.Zip => "a zip archive",
        ImageFormat.SevenZip => "a 7z archive",
        ImageFormat.Archive => "an archive or a packed file",
        ImageFormat.MachineState => "the memory, device or firmware state of a VM",
        ImageFormat.Vmx => "the description of a VM (VMX)",
        ImageFormat.Ovf => "the description of a VM (OVF or other XML)",
        ImageFormat.Text => "a text file",
        ImageFormat.Lorica => "a file of Lorica that is no disk",
        ImageFormat.Empty => "empty",
        ImageFormat.BelowOneSector => "shorter than one sector",
        ImageFormat.NotWholeSectors => "no whole number of sectors long",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };

    /// <summary>How it is known.</summary>
    public static string Reason(ImageFormat format) => format switch
    {
        ImageFormat.Raw => "whole sectors, and neither start nor end look like another format",
        ImageFormat.Iso => "the mark of ISO 9660 or UDF at byte 32769; its bytes are those of the disk",
        ImageFormat.VmdkSparse => "starts with KDMV",
        ImageFormat.VmdkStream => "starts with KDMV; its header says compressed",
        ImageFormat.VmdkPart => "starts with KDMV; its header says that the descriptor is elsewhere",
        ImageFormat.VmdkTail => "ends with the footer of a stream-optimised VMDK",
        ImageFormat.VmdkDescriptor => "text that begins like a VMDK descriptor",
        ImageFormat.VhdFixed => "ends with the footer of a VHD",
        ImageFormat.Dmg => "ends with the trailer of an Apple disk image",
        ImageFormat.Vmx => "text with the keys of a VMX file",
        ImageFormat.Ovf => "text that begins like XML",
        ImageFormat.Text => "its first 4 KiB are text",
        ImageFormat.Ova => "a tar archive whose first file ends in .ovf",
        ImageFormat.Tar => "the mark and the check sum of a tar header",
        ImageFormat.Empty or ImageFormat.BelowOneSector or ImageFormat.NotWholeSectors => "its length",
        ImageFormat.VmdkCowd or ImageFormat.VmdkSeSparse or ImageFormat.ChangeTracking or ImageFormat.VhdDynamic
            or ImageFormat.Vhdx or ImageFormat.Qcow or ImageFormat.Vdi or ImageFormat.Qed or ImageFormat.Parallels
            or ImageFormat.Ewf or ImageFormat.Luks or ImageFormat.Gzip or ImageFormat.Xz or ImageFormat.Zstd
            or ImageFormat.Bzip2 or ImageFormat.Zip or ImageFormat.SevenZip or ImageFormat.Archive or ImageFormat.MachineState
            or ImageFormat.Lorica => "its first bytes",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };

    /// <summary>What to do with it; null for what is read.</summary>
    public static string? WayOut(ImageFormat format) => format switch
    {
        ImageFormat.VmdkPart => "Name the descriptor, the small text file beside it; it takes all the parts.",
        ImageFormat.VmdkTail => "Copy the whole file again.",
        ImageFormat.VmdkCowd or ImageFormat.VmdkSeSparse =>
            "Consolidate the snapshots where the VM comes from, then take its base disk.",
        ImageFormat.ChangeTracking => "Name the disk's descriptor; this file is not needed.",
        ImageFormat.VhdFixed => $"Convert it: qemu-img convert -f vpc -O raw IMAGE disk.raw. {OrRaw}",
        ImageFormat.VhdDynamic => "Convert it: qemu-img convert -f vpc -O raw IMAGE disk.raw",
        ImageFormat.Vhdx or ImageFormat.Qcow or ImageFormat.Vdi or ImageFormat.Qed or ImageFormat.Parallels or ImageFormat.Dmg =>
            Convert,
        ImageFormat.Ewf => "Unpack it: ewfexport -t disk -f raw IMAGE",
        ImageFormat.Luks => "If the guest opens it: import it with --raw. Otherwise decrypt it: qemu-img convert --object "
            + "secret,id=s,file=PASSPHRASE --image-opts driver=luks,key-secret=s,file.filename=IMAGE -O raw disk.raw",
        ImageFormat.Ova => "Unpack it, tar -xf IMAGE, and import the disks in it, each with --disk.",
        ImageFormat.Tar => "Unpack it first: tar -xf IMAGE",
        ImageFormat.Gzip => "Unpack it first: gzip -dc IMAGE > disk",
        ImageFormat.Xz => "Unpack it first: xz -dc IMAGE > disk",
        ImageFormat.Zstd => "Unpack it first: zstd -dc IMAGE > disk",
        ImageFormat.Bzip2 => "Unpack it first: bzip2 -dc IMAGE > disk",
        ImageFormat.Zip => "Unpack it first: unzip IMAGE",
        ImageFormat.SevenZip => "Unpack it first: 7z x IMAGE",
        ImageFormat.Archive => "Unpack it first, and name the disk in it.",
        ImageFormat.MachineState => "Power the VM off where it comes from, and name its disks.",
        ImageFormat.Vmx or ImageFormat.Ovf => "Name the disks that it lists, each with --disk.",
        ImageFormat.Text => $"Name the disk itself. {OrRaw}",
        ImageFormat.Lorica => "Name a disk: this is a sealed backup, or the journal of a disk that is being changed.",
        ImageFormat.Empty => "Copy it again.",
        ImageFormat.BelowOneSector or ImageFormat.NotWholeSectors =>
            "Copy it again: a disk is a whole number of sectors of 512 bytes. To fill its last sector up with zeros: --raw.",
        _ when IsRead(format) => null,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };
}
