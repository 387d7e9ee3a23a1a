using System.Buffers;
using System.Buffers.Binary;
using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Tests;

/// <summary>
/// Entry points for fuzzers: bytes of a hostile client, without sockets. Whatever the bytes, nothing but
/// <see cref="NbdException"/>
/// escapes, and what the parsers hand on obeys the rules.
/// </summary>
internal static class FuzzTargets
{
    /// <summary>A whole connection: client flags, options, then requests, judged against <paramref name="exports"/>.</summary>
    public static void Client(ReadOnlySpan<byte> bytes, IReadOnlyList<NbdExport> exports)
    {
        if (bytes.Length < 4)
            return;
        var handshake = new Handshake(exports);
        handshake.TakeClientFlags(BinaryPrimitives.ReadUInt32BigEndian(bytes));
        bytes = bytes[4..];
        var replies = new ArrayBufferWriter<byte>();
        while (handshake.Negotiated is null)
        {
            if (bytes.Length < Wire.OptionHeaderSize)
                return;
            var (option, length) = handshake.TakeOptionHeader(bytes);
            bytes = bytes[Wire.OptionHeaderSize..];
            if (bytes.Length < length)
                return;
            if (!handshake.TakeOption(option, bytes[..length], replies))
                return;
            bytes = bytes[length..];
        }

        Requests(bytes, handshake.Negotiated.Value);
    }

    private static void Requests(ReadOnlySpan<byte> bytes, NegotiatedExport negotiated)
    {
        while (bytes.Length >= Wire.RequestSize)
        {
            if (!RequestHeader.TryParse(bytes, out var header))
                throw new NbdException(NbdErrorKind.Protocol, "A request does not begin with its magic number.");
            if (RequestRules.Check(header, negotiated) == NbdErrno.None && header.Command != NbdCommand.Flush)
                AssertInside(header, negotiated.Export.Device.Length);
            long payload = header.Command == NbdCommand.Write ? header.Length : 0;
            if (payload > bytes.Length - Wire.RequestSize)
                return;
            bytes = bytes[(Wire.RequestSize + (int)payload)..];
        }
    }

    private static void AssertInside(in RequestHeader header, long size)
    {
        if (header.Length == 0 || header.Offset % 512 != 0 || header.Length % 512 != 0
            || (UInt128)header.Offset + header.Length > (UInt128)size)
        {
            throw new InvalidOperationException("A request outside the device passed the rules.");
        }
    }
}
