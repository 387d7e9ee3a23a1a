using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lorica.Contracts.Rest;

namespace Lorica.Contracts.Events;

/// <summary>
/// The chain of audit events (docs/formats/event-log.md):
/// <code>
/// hash(n) = SHA-256( hash(n-1) ‖ canonical(n) )          hash(0) = 32 zero bytes
/// canonical = "lorica-event-v1" 0x00 ‖ number ‖ time ‖ id ‖ user ‖ objectKind ‖ objectId ‖ object ‖ message
///             number, time (Unix milliseconds): 8 bytes, big-endian, two's complement
///             each text: length in bytes, 4 bytes big-endian, then UTF-8
/// </code>
/// Every text carries its length, so no two events have the same bytes.
/// </summary>
public static class EventChain
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = 32;

    /// <summary>What stands before the first event.</summary>
    public static ReadOnlySpan<byte> Start => new byte[HashSize];

    /// <summary>The hash of <paramref name="e"/> after <paramref name="previous"/>; the hash that it carries is not looked
    /// at.</summary>
    public static byte[] Next(ReadOnlySpan<byte> previous, EventModel e)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        hash.AppendData("lorica-event-v1\0"u8);
        Append(hash, e.Number);
        Append(hash, e.Time.ToUnixTimeMilliseconds());
        Span<byte> length = stackalloc byte[4];
        foreach (string text in (ReadOnlySpan<string>)[e.Id, e.User, e.ObjectKind, e.ObjectId, e.Object, e.Message])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
