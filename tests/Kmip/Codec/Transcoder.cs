using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Codec;

/// <summary>Reads every item as its .NET value and writes that value again.</summary>
internal static class Transcoder
{
    public static byte[] Copy(ReadOnlySpan<byte> item)
    {
        TtlvValidator.ValidateItem(item);
        using var writer = new TtlvWriter();
        Copy(TtlvItem.ReadValid(item), writer);
        return writer.Written.ToArray();
    }

    private static void Copy(TtlvItem item, TtlvWriter writer)
    {
        switch (item.Type)
        {
            case TtlvType.Structure:
                writer.Begin(item.Tag);
                foreach (var child in item.Children())
                {
                    Copy(child, writer);
                }

                writer.End();
                break;
            case TtlvType.Integer:
                writer.Integer(item.Tag, item.Integer());
                break;
            case TtlvType.LongInteger:
                writer.LongInteger(item.Tag, item.LongInteger());
                break;
            case TtlvType.BigInteger:
                writer.BigInteger(item.Tag, item.Value);
                break;
            case TtlvType.Enumeration:
                writer.Enumeration(item.Tag, item.Enumeration());
                break;
            case TtlvType.Boolean:
                writer.Boolean(item.Tag, item.Boolean());
                break;
            case TtlvType.TextString:
                writer.Text(item.Tag, item.Text());
                break;
            case TtlvType.ByteString:
                writer.Bytes(item.Tag, item.Bytes());
                break;
            case TtlvType.DateTime:
                writer.DateTime(item.Tag, item.DateTime());
                break;
            case TtlvType.Interval:
                writer.Interval(item.Tag, item.Interval());
                break;
        }
    }
}
