using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Messages;

/// <summary>Request Header (KMIP 1.4, 7.2), as far as a server of ours acts on it.</summary>
internal readonly record struct RequestHeader(
    KmipVersion Version, int? MaximumResponseSize, bool Asynchronous, BatchContinuation Continuation, int BatchCount)
{
    /// <summary>Reads and checks a header whose version is supported.</summary>
    public static RequestHeader Decode(TtlvItem header, KmipVersion version)
    {
        Fields.Check(
            header, Tags.ProtocolVersion, Tags.MaximumResponseSize, Tags.ClientCorrelationValue, Tags.ServerCorrelationValue,
            Tags.AsynchronousIndicator, Tags.AttestationCapableIndicator, -Tags.AttestationType, Tags.Authentication,
            Tags.BatchErrorContinuationOption, Tags.BatchOrderOption, Tags.TimeStamp, Tags.BatchCount);
        var size = header.Find(Tags.MaximumResponseSize);
        var asynchronous = header.Find(Tags.AsynchronousIndicator);
        var continuation = header.Find(Tags.BatchErrorContinuationOption);
        var order = header.Find(Tags.BatchOrderOption);
        var stamp = header.Find(Tags.TimeStamp);
        if (order.IsPresent)
        {
            _ = order.Boolean(); // items are always carried out in order
        }

        if (stamp.IsPresent)
        {
            _ = stamp.DateTime(); // not compared: a client's clock is no credential
        }

        var how = continuation.IsPresent ? (BatchContinuation)continuation.Enumeration() : BatchContinuation.Stop;
        return Enum.IsDefined(how)
            ? new(
                version, size.IsPresent ? size.Integer() : null, asynchronous.IsPresent && asynchronous.Boolean(), how,
                header.Need(Tags.BatchCount).Integer())
            : throw new KmipException(KmipResultReason.InvalidField, "unknown Batch Error Continuation Option");
    }
}
