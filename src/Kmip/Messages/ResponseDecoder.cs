using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Messages;

/// <summary>
/// Reads a response of one item. Tolerant of fields it does not know (servers add some) and of failed items without Operation or
/// payload (KMIP 1.1, 11.1); strict on all that it uses.
/// </summary>
internal static class ResponseDecoder
{
    /// <summary>The payload of the one item, or its refusal as an exception.</summary>
    /// <param name="message">The whole message, not yet validated.</param>
    /// <param name="operation">What was asked.</param>
    /// <exception cref="KmipException">Refused with the server's reason, or Protocol.</exception>
    public static TtlvItem Payload(ReadOnlySpan<byte> message, Operation operation)
    {
        var response = TtlvItem.Parse(message, Tags.ResponseMessage);
        var header = response.Need(Tags.ResponseHeader);
        var version = Version(header.Need(Tags.ProtocolVersion));
        if (version.Major != 1)
        {
            throw KmipException.Malformed($"answer in version {version}");
        }

        int count = header.Need(Tags.BatchCount).Integer();
        TtlvItem item = default;
        int items = 0;
        foreach (var child in response.Children())
        {
            if (child.Tag == Tags.BatchItem)
            {
                item = child;
                items++;
            }
        }

        if (count != 1 || items != 1)
        {
            throw KmipException.Malformed($"answer with {items} items and Batch Count {count} to a request of one");
        }

        var status = (ResultStatus)item.Need(Tags.ResultStatus).Enumeration();
        if (status != ResultStatus.Success)
        {
            throw Refusal(item, status);
        }

        if (item.Need(Tags.Operation).Enumeration() != (int)operation)
        {
            throw KmipException.Malformed($"answer to another operation than {operation}");
        }

        return item.Find(Tags.ResponsePayload);
    }

    /// <summary>How many items an answer has.</summary>
    public static int Items(ReadOnlySpan<byte> message)
    {
        var response = TtlvItem.Parse(message, Tags.ResponseMessage);
        var header = response.Need(Tags.ResponseHeader);
        var version = Version(header.Need(Tags.ProtocolVersion));
        if (version.Major != 1)
        {
            throw KmipException.Malformed($"answer in version {version}");
        }

        int items = 0;
        foreach (var child in response.Children())
        {
            if (child.Tag == Tags.BatchItem)
            {
                items++;
            }
        }

        return header.Need(Tags.BatchCount).Integer() == items
            ? items
            : throw KmipException.Malformed($"Batch Count differs from the {items} items of the answer");
    }

    /// <summary>Why an item failed; null when it did not.</summary>
    public static KmipException? Refused(TtlvItem item)
    {
        var status = (ResultStatus)item.Need(Tags.ResultStatus).Enumeration();
        return status == ResultStatus.Success ? null : Refusal(item, status);
    }

    /// <summary>Reads a Protocol Version.</summary>
    public static KmipVersion Version(TtlvItem item) =>
        new(item.Need(Tags.ProtocolVersionMajor).Integer(), item.Need(Tags.ProtocolVersionMinor).Integer());

    private static KmipException Refusal(TtlvItem item, ResultStatus status)
    {
        var reason = item.Find(Tags.ResultReason);
        var message = item.Find(Tags.ResultMessage);
        var code = reason.IsPresent ? (KmipResultReason)reason.Enumeration() : KmipResultReason.None;
        string text = message.IsPresent ? PrintableText.Escape(message.Text()) : "";
        string words = status == ResultStatus.OperationFailed ? $"{code}" : $"{status}, {code}";
        return new(code, text.Length == 0 ? words : $"{words}: {text}");
    }
}
