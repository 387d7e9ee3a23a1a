using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lorica.Disks.Locks;

/// <summary>
/// Who writes the files of a VM: the content of its lock file <c>.NAME.vmx.lock</c>, which every host that sees the datastore can
/// read. Always <see cref="Bytes"/> bytes of ASCII, written in place by one write, since a lock file is never renamed:
/// <code>
/// lorica-lock 1
/// host HOST-ID
/// boot BOOT-ID
/// epoch 00000000000000000042        20 digits
/// counter 00000000000000000007      20 digits; one more with each renewal
/// state held|free
/// check 0123456789abcdef            SHA-256 of everything before this line, first 8 bytes
/// (spaces, the last byte a line feed)
/// </code>
/// It is no secret and no proof: whoever writes the datastore can write it. It keeps honest hosts apart.
/// </summary>
public sealed record WriterRecord
{
    /// <summary>Size of the content.</summary>
    public const int Bytes = 256;

    private const string Magic = "lorica-lock 1";
    private const int MaximumId = 40;

    /// <summary>Id of the host.</summary>
    public required string HostId { get; init; }

    /// <summary>Start of the host's process.</summary>
    public required string BootId { get; init; }

    /// <summary>Epoch of the operation that took the lock; a lower one is never let in again, on any host.</summary>
    public required long Epoch { get; init; }

    /// <summary>Renewals so far.</summary>
    public long Counter { get; init; }

    /// <summary>False once the holder has let go in good order.</summary>
    public bool Held { get; init; } = true;

    /// <summary>Whether both are of one holding.</summary>
    public bool IsSameHolding(WriterRecord? other) =>
        other is not null && HostId == other.HostId && BootId == other.BootId && Epoch == other.Epoch;

    /// <summary>The content of the file.</summary>
    public byte[] Encode()
    {
        CheckId(HostId);
        CheckId(BootId);
        string body = string.Create(CultureInfo.InvariantCulture,
            $"{Magic}\nhost {HostId}\nboot {BootId}\n"
            + $"epoch {Epoch:D20}\ncounter {Counter:D20}\nstate {(Held ? "held" : "free")}\n");
        string text = $"{body}check {CheckOf(body)}\n";
        byte[] bytes = new byte[Bytes];
        bytes.AsSpan().Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, bytes);
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    /// <summary>Null for an empty file, one that was torn, and anything else that is no record.</summary>
    public static WriterRecord? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Bytes || bytes.ContainsAnyExceptInRange((byte)'\n', (byte)'~'))
            return null;
        string[] lines = Encoding.ASCII.GetString(bytes).Split('\n');
        if (lines.Length < 7 || lines[0] != Magic)
            return null;
        string body = string.Join('\n', lines[..6]) + "\n";
        return Value(lines[6], "check") == CheckOf(body)
            && Value(lines[1], "host") is { } host && IsId(host) && Value(lines[2], "boot") is { } boot && IsId(boot)
            && Number(lines[3], "epoch") is { } epoch && Number(lines[4], "counter") is { } counter
            && Value(lines[5], "state") is "held" or "free"
            ? new WriterRecord { HostId = host, BootId = boot, Epoch = epoch, Counter = counter, Held = lines[5] == "state held" }
            : null;
    }

    private static string CheckOf(string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(body)).AsSpan(0, 8));

    private static string? Value(string line, string name) =>
        line.StartsWith(name + " ", StringComparison.Ordinal) ? line[(name.Length + 1)..] : null;

    private static long? Number(string line, string name) =>
        Value(line, name) is { Length: 20 } text
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : null;

    private static bool IsId(string id) =>
        id.Length is > 0 and <= MaximumId && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static void CheckId(string id)
    {
        if (!IsId(id))
            throw new ArgumentException($"'{id}' cannot stand in a lock file.", nameof(id));
    }
}
