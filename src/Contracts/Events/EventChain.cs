using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lorica.Contracts.Rest;

namespace Lorica.Contracts.Events;

/// <summary>
/// The chain of audit events (docs/formats/event-log.md):
/// <code>
/// hash(n) = SHA-256( hash(n-1) ‖ canonical(n) )          hash(0) = 32 zero bytes
/// form 1    "lorica-event-v1" 0x00 ‖ number ‖ time ‖ id ‖ user ‖ objectKind ‖ objectId ‖ object ‖ message
/// form 2    "lorica-event-v2" 0x00 ‖ the same ‖ outcome ‖ address ‖ sessionId ‖ tokenId ‖ correlationId
///           number, time (Unix milliseconds): 8 bytes, big-endian, two's complement
///           each text: length in bytes, 4 bytes big-endian, then UTF-8
/// </code>
/// Every text carries its length and every form its own beginning, so no two events have the same bytes.
/// </summary>
public static class EventChain
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = 32;

    /// <summary>The form without origin and outcome, which older programs wrote.</summary>
    public const int FirstForm = 1;

    /// <summary>The form in which events are written.</summary>
    public const int Form = 2;

    /// <summary>What stands before the first event.</summary>
    public static ReadOnlySpan<byte> Start => new byte[HashSize];

    /// <summary>
    /// The hash of <paramref name="e"/> after <paramref name="previous"/>; the hash that it carries is not looked at.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such form.</exception>
    public static byte[] Next(ReadOnlySpan<byte> previous, EventModel e)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        hash.AppendData(e.Form switch
        {
            FirstForm => "lorica-event-v1\0"u8,
            Form => "lorica-event-v2\0"u8,
            _ => throw new ArgumentException($"Event {e.Number} has the form {e.Form}.", nameof(e)),
        });
        Append(hash, e.Number);
        Append(hash, e.Time.ToUnixTimeMilliseconds());
        Append(hash, [e.Id, e.User, e.ObjectKind, e.ObjectId, e.Object, e.Message]);
        if (e.Form != FirstForm)
        {
            Append(hash, [e.Outcome, e.Address, e.SessionId, e.TokenId, e.CorrelationId]);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Whether an event of form 1 carries what its hash does not cover.</summary>
    internal static bool CarriesMore(EventModel e) => e.Form == FirstForm
        && (e.Outcome.Length | e.Address.Length | e.SessionId.Length | e.TokenId.Length | e.CorrelationId.Length) != 0;

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<string> texts)
    {
        Span<byte> length = stackalloc byte[4];
        foreach (string text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }
}
