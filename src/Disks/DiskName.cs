using System.Text;

namespace Lorica.Disks;

/// <summary>Names of disks and of the files that belong to one.</summary>
internal static class DiskName
{
    private const int MaxBytes = 200;

    /// <summary>
    /// A name becomes part of file names and of the descriptor's text: no separators, no quotes, no control characters, no
    /// leading dot, and no ending that would make its descriptor another disk's data file.
    /// </summary>
    public static string Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool good = name.Length > 0
            && name[0] != '.'
            && !name.AsSpan().ContainsAny("/\\\"")
            && !name.Any(char.IsControl)
            && !name.EndsWith("-flat", StringComparison.OrdinalIgnoreCase)
            && name.EnumerateRunes().All(r => r != Rune.ReplacementChar)
            && Encoding.UTF8.GetByteCount(name) <= MaxBytes;
        return good ? name : throw new DiskException(DiskErrorKind.InvalidArgument, "That is no name for a disk.");
    }

    public static string Descriptor(string name) => name + ".vmdk";

    public static string Flat(string name) => name + "-flat.vmdk";

    public static string Lock(string name) => "." + name + ".lock";

    /// <summary>Where a new descriptor is written before it takes the place of the old one.</summary>
    public static string NewDescriptor(string name) => "." + name + ".vmdk.new";

    /// <summary>The side file of an in-place job.</summary>
    public static string Side(string name) => "." + name + ".transition";
}
