using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lorica.Nbd.Protocol;

/// <summary>
/// LIST_META_CONTEXT and SET_META_CONTEXT: the only context is <c>base:allocation</c>, for devices that know their holes.
/// </summary>
internal sealed partial class Handshake
{
    private void MetaContext(NbdOption option, ReadOnlySpan<byte> data, IBufferWriter<byte> to)
    {
        // Any new selection drops the old one, also when it fails.
        if (option == NbdOption.SetMetaContext)
            _contextExport = null;

        if (!_structuredReplies || !TryQueries(data, out var export, out bool known, out bool wanted, out int queries))
        {
            Reply(to, option, OptionReply.Invalid);
            return;
        }

        if (!known)
        {
            Reply(to, option, OptionReply.Unknown);
            return;
        }

        // A list without queries means all; a selection without queries selects none.
        wanted |= queries == 0 && option == NbdOption.ListMetaContext;
        if (wanted)
        {
            Span<byte> context = stackalloc byte[4 + 32];
            BinaryPrimitives.WriteUInt32BigEndian(context, option == NbdOption.SetMetaContext ? Wire.AllocationContextId : 0);
            int length = Encoding.ASCII.GetBytes(Wire.AllocationContext, context[4..]);
            Reply(to, option, OptionReply.MetaContext, context[..(4 + length)]);
            if (option == NbdOption.SetMetaContext)
                _contextExport = export;
        }

        Reply(to, option, OptionReply.Acknowledge);
    }

    // Data: export name, u32 number of queries, each u32 length and text.
    private bool TryQueries(ReadOnlySpan<byte> data, out NbdExport? export, out bool known, out bool wanted, out int queries)
    {
        export = null;
        known = wanted = false;
        queries = 0;
        if (!TryName(ref data, out var name) || data.Length < 4)
            return false;

        uint count = BinaryPrimitives.ReadUInt32BigEndian(data);
        data = data[4..];
        for (uint i = 0; i < count; i++)
        {
            // Each query takes at least four bytes of the bounded data, so the count cannot make this loop long.
            if (!TryName(ref data, out var query))
                return false;
            wanted |= query.SequenceEqual("base:allocation"u8) || query.SequenceEqual("base:"u8);
        }

        queries = (int)count;
        export = Find(name);
        known = export is not null;
        return data.Length == 0;
    }
}
