namespace Lorica.Disks.Descriptors;

/// <summary>
/// What stands behind the text of a descriptor. qemu fills up with zeros, and when it writes a CID that is shorter than the one
/// before, it ends the text with a zero and leaves behind it what the longer text ended with: copies of the text's own last
/// bytes.
/// </summary>
internal static class DescriptorPadding
{
    /// <summary>A CID has eight digits and may lose seven of them, more than once.</summary>
    private const int Longest = 16;

    /// <summary>The text alone. Anything else behind a zero is left in it, for the caller to refuse.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.TrimEnd((byte)0);
        int zero = bytes.IndexOf((byte)0);
        if (zero < 0 || bytes.Length - zero > Longest)
            return bytes;
        var text = bytes[..zero];
        var rest = bytes[(zero + 1)..];
        foreach (var part in rest.Split((byte)0))
        {
            if (!text.EndsWith(rest[part]))
                return bytes;
        }

        return text;
    }
}
