using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lorica.Nbd.Protocol;

/// <summary>
/// The option phase of one connection ("fixed newstyle"), as a pure machine: an option goes in, replies come out, no socket is
/// known.
/// <code>
/// client flags ──► options ──GO, EXPORT_NAME of a known export──► Ready (Negotiated is set)
///                    │ ▲
///                    │ └── LIST, INFO, STRUCTURED_REPLY, *_META_CONTEXT, anything unknown or refused
///                    └──── ABORT, EXPORT_NAME of an unknown export ──► Ended
/// </code>
/// What breaks the protocol so that the stream cannot be followed any more is an <see cref="NbdException"/>; every other mistake
/// of the client is answered and the phase goes on.
/// </summary>
internal sealed partial class Handshake(IReadOnlyList<NbdExport> exports)
{
    /// <summary>Longest option data that is read. The longest sensible one is a handful of names.</summary>
    public const int MaximumOptionData = 16 * 1024;

    /// <summary>Options per connection; clients need about five.</summary>
    public const int MaximumOptions = 128;

    private bool _noZeroes;
    private bool _structuredReplies;
    private NbdExport? _contextExport;
    private int _options;

    /// <summary>Set when the phase has ended well.</summary>
    public NegotiatedExport? Negotiated { get; private set; }

    /// <summary>What the server says first: 18 bytes.</summary>
    public static void Greeting(IBufferWriter<byte> to)
    {
        var span = to.GetSpan(Wire.GreetingSize);
        BinaryPrimitives.WriteUInt64BigEndian(span, Wire.InitMagic);
        BinaryPrimitives.WriteUInt64BigEndian(span[8..], Wire.OptionMagic);
        BinaryPrimitives.WriteUInt16BigEndian(span[16..], Wire.FixedNewstyle | Wire.NoZeroes);
        to.Advance(Wire.GreetingSize);
    }

    /// <summary>The client's flags: 4 bytes. A flag that was not offered ends the connection.</summary>
    public void TakeClientFlags(uint flags)
    {
        if ((flags & ~(uint)(Wire.FixedNewstyle | Wire.NoZeroes)) != 0)
            throw new NbdException(NbdErrorKind.Protocol, $"The client set unknown handshake flags 0x{flags:x}.");
        _noZeroes = (flags & Wire.NoZeroes) != 0;
    }

    /// <summary>Checks the 16 bytes before an option's data; gives the data's length.</summary>
    public (NbdOption Option, int Length) TakeOptionHeader(ReadOnlySpan<byte> header)
    {
        if (BinaryPrimitives.ReadUInt64BigEndian(header) != Wire.OptionMagic)
            throw new NbdException(NbdErrorKind.Protocol, "An option does not begin with its magic number.");
        uint option = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
        if (length > MaximumOptionData)
        {
            throw new NbdException(
                NbdErrorKind.TooLarge, $"Option {option} carries {length} bytes; {MaximumOptionData} are accepted.");
        }

        if (++_options > MaximumOptions)
            throw new NbdException(NbdErrorKind.TooLarge, $"More than {MaximumOptions} options on one connection.");
        return ((NbdOption)option, (int)length);
    }

    /// <summary>Acts on one option. False: the connection is to be closed after the replies are sent.</summary>
    public bool TakeOption(NbdOption option, ReadOnlySpan<byte> data, IBufferWriter<byte> to)
    {
        switch (option)
        {
            case NbdOption.ExportName:
                return ExportName(data, to);
            case NbdOption.Abort:
                Reply(to, option, OptionReply.Acknowledge);
                return false;
            case NbdOption.List:
                List(data, to);
                return true;
            case NbdOption.Info:
            case NbdOption.Go:
                InfoOrGo(option, data, to);
                return true;
            case NbdOption.StructuredReply:
                if (data.Length != 0)
                {
                    Reply(to, option, OptionReply.Invalid);
                    return true;
                }

                _structuredReplies = true;
                Reply(to, option, OptionReply.Acknowledge);
                return true;
            case NbdOption.ListMetaContext:
            case NbdOption.SetMetaContext:
                MetaContext(option, data, to);
                return true;
            default:
                // StartTls too: a Unix socket with peer credentials needs no TLS.
                Reply(to, option, OptionReply.Unsupported);
                return true;
        }
    }

    private NbdExport? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length == 0)
            return exports.Count > 0 ? exports[0] : null;
        if (name.Length > NbdExport.MaximumNameBytes)
            return null;
        Span<byte> own = stackalloc byte[NbdExport.MaximumNameBytes];
        foreach (var export in exports)
        {
            if (Encoding.UTF8.TryGetBytes(export.Name, own, out int length) && name.SequenceEqual(own[..length]))
                return export;
        }

        return null;
    }

    private void SetNegotiated(NbdExport export) => Negotiated = new NegotiatedExport(
        export, _structuredReplies, ReferenceEquals(_contextExport, export));

    private static void Reply(IBufferWriter<byte> to, NbdOption option, OptionReply reply, ReadOnlySpan<byte> data = default)
    {
        var span = to.GetSpan(Wire.OptionReplyHeaderSize + data.Length);
        BinaryPrimitives.WriteUInt64BigEndian(span, Wire.OptionReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(span[8..], (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(span[12..], (uint)reply);
        BinaryPrimitives.WriteUInt32BigEndian(span[16..], (uint)data.Length);
        data.CopyTo(span[Wire.OptionReplyHeaderSize..]);
        to.Advance(Wire.OptionReplyHeaderSize + data.Length);
    }
}
