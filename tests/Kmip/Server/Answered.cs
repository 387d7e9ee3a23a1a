using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Server;

/// <summary>One item of an answer.</summary>
internal sealed record Answered(
    KmipVersion Version, Operation? Operation, KmipResultReason? Reason, string Message, byte[] Payload, byte[]? BatchId)
{
    /// <summary>Reads an answer; its header must be right.</summary>
    public static List<Answered> Read(byte[] bytes)
    {
        var message = TtlvItem.Parse(bytes, Tags.ResponseMessage);
        var header = message.Need(Tags.ResponseHeader);
        Assert.True(header.Find(Tags.TimeStamp).IsPresent);
        var version = ResponseDecoder.Version(header.Need(Tags.ProtocolVersion));
        var items = new List<Answered>();
        foreach (var child in message.Children())
        {
            if (child.Tag == Tags.BatchItem)
            {
                items.Add(One(child, version));
            }
        }

        Assert.Equal(items.Count, header.Need(Tags.BatchCount).Integer());
        return items;
    }

    /// <summary>The first text of a tag in the payload.</summary>
    public string? Text(int tag) =>
        Payload.Length > 0 && TtlvItem.ReadValid(Payload).Find(tag) is { IsPresent: true } item ? item.Text() : null;

    /// <summary>All texts of a tag in the payload.</summary>
    public List<string> Texts(int tag)
    {
        var texts = new List<string>();
        foreach (var child in TtlvItem.ReadValid(Payload).Children())
        {
            if (child.Tag == tag)
            {
                texts.Add(child.Text());
            }
        }

        return texts;
    }

    /// <summary>The attributes in the payload.</summary>
    public List<KmipAttribute> Attributes()
    {
        var attributes = new List<KmipAttribute>();
        foreach (var child in TtlvItem.ReadValid(Payload).Children())
        {
            if (child.Tag == Tags.Attribute)
            {
                attributes.Add(AttributeDecoder.Decode(child));
            }
        }

        return attributes;
    }

    private static Answered One(TtlvItem item, KmipVersion version)
    {
        var operation = item.Find(Tags.Operation);
        var reason = item.Find(Tags.ResultReason);
        var message = item.Find(Tags.ResultMessage);
        var payload = item.Find(Tags.ResponsePayload);
        var id = item.Find(Tags.UniqueBatchItemID);
        Assert.Equal(reason.IsPresent, item.Need(Tags.ResultStatus).Enumeration() != 0);
        return new(
            version,
            operation.IsPresent ? (Operation)operation.Enumeration() : null,
            reason.IsPresent ? (KmipResultReason)reason.Enumeration() : null,
            message.IsPresent ? message.Text() : "",
            payload.IsPresent ? payload.Encoded.ToArray() : [],
            id.IsPresent ? id.Bytes().ToArray() : null);
    }
}
