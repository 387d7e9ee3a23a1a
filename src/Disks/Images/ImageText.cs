using System.Buffers;
using System.Text;
using Lorica.Disks.Descriptors;

namespace Lorica.Disks.Images;

/// <summary>Tells text files apart, from their first bytes.</summary>
internal static class ImageText
{
    private const int Examined = 4096;

    private static readonly string[] Xml = ["<?xml", "<Envelope", "<ovf:", "<domain"];

    private static readonly string[] VmxKeys =
        [".encoding", "config.version", "virtualHW.version", "displayName", "guestOS", "memsize", "numvcpus"];

    /// <summary>What kind of text it is; null when it is no text.</summary>
    /// <param name="head">First bytes.</param>
    /// <param name="whole">Whether that is the whole file.</param>
    public static ImageFormat? Of(ReadOnlySpan<byte> head, bool whole)
    {
        if (ForeignText.IsUtf16(head))
            return Of(Encoding.Latin1.GetString(ForeignText.ToSingleBytes(head))) ?? ImageFormat.Text;

        // A descriptor may be in an encoding that is not known, so it is looked for before the bytes are judged.
        string text = Encoding.Latin1.GetString(ForeignText.ToSingleBytes(head));
        if (ForeignDescriptor.Looks(text))
            return ImageFormat.VmdkDescriptor;
        return IsText(head, whole) ? Of(text) ?? ImageFormat.Text : null;
    }

    private static ImageFormat? Of(string text)
    {
        if (ForeignDescriptor.Looks(text))
            return ImageFormat.VmdkDescriptor;
        var start = text.AsSpan().TrimStart();
        if (Xml.Any(x => text.AsSpan().TrimStart().StartsWith(x, StringComparison.OrdinalIgnoreCase)))
            return ImageFormat.Ovf;
        foreach (var line in start.EnumerateLines())
        {
            int equals = line.IndexOf('=');
            if (equals > 0 && VmxKeys.Contains(line[..equals].Trim().ToString(), StringComparer.OrdinalIgnoreCase))
                return ImageFormat.Vmx;
        }

        return null;
    }

    /// <summary>
    /// Whether it is text: the first 4 KiB are UTF-8 without control characters but line ends, tabs and form feeds (a character
    /// that is cut at the end is none against it). A short file may be filled up with zeros. A boot sector always holds control
    /// characters, so no disk that boots is taken for text.
    /// </summary>
    private static bool IsText(ReadOnlySpan<byte> head, bool whole)
    {
        var start = whole ? head.TrimEnd((byte)0) : head;
        start = start[..Math.Min(start.Length, Examined)];
        if (start.IsEmpty)
            return false;
        foreach (byte b in start)
        {
            if ((b < 0x20 && b is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'\f')) || b == 0x7f)
                return false;
        }

        while (!start.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(start, out _, out int used);
            if (status == OperationStatus.InvalidData)
                return false;
            if (status == OperationStatus.NeedMoreData)
                break;
            start = start[used..];
        }

        return true;
    }
}
