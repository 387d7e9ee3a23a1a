using System.Text;
using Lorica.Crypto;

namespace Lorica.Host.Home;

/// <summary>
/// The seal of an encrypted VM's VMX: its last line <c>encryption.seal = "BASE64"</c>, HMAC-SHA-256 over every byte before that
/// line under HKDF(dataFileKey, <c>lorica-vmx-seal-v1</c>).
/// </summary>
internal static class VmxSeal
{
    private static ReadOnlySpan<byte> LineStart => "encryption.seal = \""u8;

    private static ReadOnlySpan<byte> LineEnd => "\"\n"u8;

    /// <summary>The bytes of a file with its seal. The file itself must not have one.</summary>
    public static byte[] Append(VmxFile file, KeyBuffer dataFileKey)
    {
        byte[] content = file.Encode();
        byte[] seal = Encoding.ASCII.GetBytes(FileSeal.Compute(dataFileKey, FileSeal.VmxInfo, content));
        return [.. content, .. LineStart, .. seal, .. LineEnd];
    }

    /// <summary>Whether the last line of the bytes is their seal. Nothing may stand behind it.</summary>
    public static bool Verify(ReadOnlySpan<byte> bytes, KeyBuffer dataFileKey)
    {
        int start = bytes.LastIndexOf(LineStart);
        if (start < 0 || (start > 0 && bytes[start - 1] != (byte)'\n') || !bytes.EndsWith(LineEnd))
            return false;
        var seal = bytes[(start + LineStart.Length)..^LineEnd.Length];
        Span<char> text = stackalloc char[64];
        return seal.Length <= text.Length
            && FileSeal.Verify(dataFileKey, FileSeal.VmxInfo, bytes[..start], text[..Encoding.ASCII.GetChars(seal, text)]);
    }
}
