using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lorica.Nbd.Protocol;

/// <summary>Options about exports: EXPORT_NAME, LIST, INFO, GO.</summary>
internal sealed partial class Handshake
{
    // The old way in: no error can be answered, so an unknown name ends the connection.
    private bool ExportName(ReadOnlySpan<byte> name, IBufferWriter<byte> to)
    {
        var export = Find(name);
        if (export is null)
            return false;

        int size = _noZeroes ? 10 : 10 + 124;
        var span = to.GetSpan(size)[..size];
        span.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(span, (ulong)export.Device.Length);
        BinaryPrimitives.WriteUInt16BigEndian(span[8..], (ushort)ExportInfo.FlagsOf(export, _structuredReplies));
        to.Advance(size);
        SetNegotiated(export);
        return true;
    }

    private void List(ReadOnlySpan<byte> data, IBufferWriter<byte> to)
    {
        if (data.Length != 0)
        {
            Reply(to, NbdOption.List, OptionReply.Invalid);
            return;
        }

        Span<byte> entry = stackalloc byte[4 + NbdExport.MaximumNameBytes];
        foreach (var export in exports)
        {
            int length = Encoding.UTF8.GetBytes(export.Name, entry[4..]);
            BinaryPrimitives.WriteUInt32BigEndian(entry, (uint)length);
            Reply(to, NbdOption.List, OptionReply.Server, entry[..(4 + length)]);
        }

        Reply(to, NbdOption.List, OptionReply.Acknowledge);
    }

    // Data: u32 length of name, name, u16 number of requests, u16 each. All information is always sent, asked for or not, since
    // the block size binds a client also if it did not ask.
    private void InfoOrGo(NbdOption option, ReadOnlySpan<byte> data, IBufferWriter<byte> to)
    {
        if (!TryName(ref data, out var name) || data.Length < 2
            || data.Length - 2 != 2 * BinaryPrimitives.ReadUInt16BigEndian(data))
        {
            Reply(to, option, OptionReply.Invalid);
            return;
        }

        var export = Find(name);
        if (export is null)
        {
            Reply(to, option, OptionReply.Unknown);
            return;
        }

        Span<byte> info = stackalloc byte[14];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)InfoType.Export);
        BinaryPrimitives.WriteUInt64BigEndian(info[2..], (ulong)export.Device.Length);
        BinaryPrimitives.WriteUInt16BigEndian(info[10..], (ushort)ExportInfo.FlagsOf(export, _structuredReplies));
        Reply(to, option, OptionReply.Info, info[..12]);

        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)InfoType.BlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(info[2..], Wire.MinimumBlock);
        BinaryPrimitives.WriteUInt32BigEndian(info[6..], Wire.PreferredBlock);
        BinaryPrimitives.WriteUInt32BigEndian(info[10..], NbdServerOptions.MaximumPayload);
        Reply(to, option, OptionReply.Info, info);

        Reply(to, option, OptionReply.Acknowledge);
        if (option == NbdOption.Go)
            SetNegotiated(export);
    }

    private static bool TryName(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (data.Length < 4)
            return false;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(data);
        if (length > (uint)(data.Length - 4))
            return false;
        name = data.Slice(4, (int)length);
        data = data[(4 + (int)length)..];
        return true;
    }
}
