using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>
/// From the bytes of a request to the bytes of its answer; no socket, so that it can be tested and fuzzed alone.
/// <list type="number">
/// <item>the whole message is validated, then version, header and batch as a whole: what is wrong there refuses the request with
/// one item without Operation, and nothing is carried out;</item>
/// <item>the items are carried out in order; a failed one answers with its reason, and ends the batch unless Continue is
/// set.</item>
/// </list>
/// Operations on objects never overlap: one lock.
/// </summary>
internal sealed class RequestProcessor(KmipServerOptions options, IKmipObjectStore store)
{
    /// <summary>Changes of one object come one after the other: those whose identifiers fall on one lock.</summary>
    private readonly Lock[] _changes = [.. Enumerable.Range(0, 256).Select(_ => new Lock())];

    private readonly NameRules _names = new();

    /// <summary>Carries out a request. Throws nothing: every outcome is an answer.</summary>
    public void Process(ReadOnlySpan<byte> request, KmipClientIdentity client, string remote, TtlvWriter answer)
    {
        var version = KmipVersion.V10;
        try
        {
            var message = TtlvItem.Parse(request, Tags.RequestMessage);
            var header = message.Need(Tags.RequestHeader);
            var asked = Version(header.Need(Tags.ProtocolVersion));
            version = Nearest(asked);
            if (version != asked)
            {
                throw new KmipException(KmipResultReason.InvalidMessage, $"version {asked} is not spoken here, only 1.0 to 1.4");
            }

            var head = RequestHeader.Decode(header, version);
            CheckWhole(message, head);
            Batch(message, head, client, remote, answer);
        }
        catch (KmipException e)
        {
            RefuseWhole(answer, version, e);
        }
        catch (Exception e)
        {
            RefuseWhole(answer, version, Hidden(e));
        }
    }

    /// <summary>An answer without Operation, for what cannot be told to belong to one (KMIP 1.1, 11.1).</summary>
    public void RefuseWhole(TtlvWriter answer, KmipVersion version, KmipException why)
    {
        answer.Reset();
        Head(answer, version);
        answer.Begin(Tags.BatchItem);
        Failure(answer, why);
        answer.End();
        answer.End();
    }

    private static KmipVersion Version(TtlvItem item)
    {
        Fields.CheckExactly(item, Tags.ProtocolVersionMajor, Tags.ProtocolVersionMinor);
        return ResponseDecoder.Version(item);
    }

    /// <summary>Our newest version that is not newer than the client's; 1.0 when there is none.</summary>
    private static KmipVersion Nearest(KmipVersion asked) =>
        KmipVersion.All.FirstOrDefault(v => v <= asked, KmipVersion.V10);

    private static void CheckWhole(TtlvItem message, RequestHeader head)
    {
        if (head.Asynchronous)
        {
            throw new KmipException(KmipResultReason.OperationNotSupported, "nothing is carried out asynchronously here");
        }

        if (head.Continuation == BatchContinuation.Undo)
        {
            throw new KmipException(
                KmipResultReason.OperationNotSupported, "Batch Error Continuation Option Undo is not supported");
        }

        if (head.MaximumResponseSize < 0)
        {
            throw new KmipException(KmipResultReason.InvalidField, "Maximum Response Size is negative");
        }

        Fields.Check(message, Tags.RequestHeader, -Tags.BatchItem);
        int items = 0;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in message.Children())
        {
            if (item.Tag == Tags.BatchItem)
            {
                CheckItem(item, ids);
                items++;
            }
        }

        if (items == 0 || items > ServerLimits.BatchItems || items != head.BatchCount)
        {
            throw KmipException.Malformed(
                $"Batch Count {head.BatchCount} with {items} items (1 to {ServerLimits.BatchItems} are taken)");
        }
    }

    private static void CheckItem(TtlvItem item, HashSet<string> ids)
    {
        Fields.Check(item, Tags.Operation, Tags.UniqueBatchItemID, Tags.RequestPayload, Tags.MessageExtension);
        _ = item.Need(Tags.Operation).Enumeration();
        item.Need(Tags.RequestPayload).Expect(TtlvType.Structure);
        var id = item.Find(Tags.UniqueBatchItemID);
        if (id.IsPresent && (id.Bytes().Length > ServerLimits.BatchIdBytes || !ids.Add(Convert.ToHexString(id.Bytes()))))
        {
            throw KmipException.Malformed("a Unique Batch Item ID is there twice, or too long");
        }
    }

    private void Batch(TtlvItem message, RequestHeader head, KmipClientIdentity client, string remote, TtlvWriter answer)
    {
        var context = new OperationContext(options, store, _names, client, head.Version);
        int count = Head(answer, head.Version);
        int answered = 0;
        foreach (var item in message.Children())
        {
            if (item.Tag != Tags.BatchItem)
            {
                continue;
            }

            answered++;
            if (!Item(item, context, Math.Min(head.MaximumResponseSize ?? int.MaxValue, ServerLimits.AnswerBytes), remote, answer)
                && head.Continuation == BatchContinuation.Stop)
            {
                break;
            }
        }

        answer.ReplaceInteger(count, answered);
        answer.End();
    }

    /// <summary>Carries out one item; false when it failed.</summary>
    private bool Item(TtlvItem item, OperationContext context, int room, string remote, TtlvWriter answer)
    {
        var operation = (Operation)item.Need(Tags.Operation).Enumeration();
        int start = answer.Length, depth = answer.Depth;
        context.Subject = "";
        KmipException? failure = null;
        try
        {
            if (start + ServerLimits.FixedAnswerBytes > room)
            {
                throw TooLarge();
            }

            ItemHead(answer, item, operation);
            answer.Enumeration(Tags.ResultStatus, (int)ResultStatus.Success);
            answer.Begin(Tags.ResponsePayload);
            Execute(item, operation, context, answer);
            answer.End();
            answer.End();
            if (answer.Length > room)
            {
                throw TooLarge();
            }

            Audit(context, remote, operation, null);
        }
        catch (KmipException e)
        {
            failure = e;
        }
        catch (Exception e)
        {
            failure = Hidden(e);
        }

        if (failure is null)
        {
            return true;
        }

        answer.Rewind(start, depth);
        ItemHead(answer, item, operation);
        Failure(answer, failure);
        answer.End();
        AuditFailure(context, remote, operation, failure);
        return false;
    }

    private void Execute(TtlvItem item, Operation operation, OperationContext context, TtlvWriter answer)
    {
        var extension = item.Find(Tags.MessageExtension);
        if (extension.IsPresent)
        {
            var critical = extension.Find(Tags.CriticalityIndicator);
            if (critical.IsPresent && critical.Boolean())
            {
                throw new KmipException(KmipResultReason.FeatureNotSupported, "the Message Extension is not known here");
            }
        }

        var run = OperationTable.Find(operation)
            ?? throw new KmipException(
                KmipResultReason.OperationNotSupported, $"the operation {OperationNames.Of(operation)} is not supported");
        var payload = item.Need(Tags.RequestPayload);
        try
        {
            if (!OperationTable.ChangesAnObject(operation))
            {
                run(context, payload, answer);
                return;
            }

            var named = payload.Find(Tags.UniqueIdentifier);
            string identifier = (named.IsPresent ? named.Text() : context.Placeholder) ?? "";
            lock (_changes[(uint)StringComparer.Ordinal.GetHashCode(identifier) % _changes.Length])
            {
                run(context, payload, answer);
            }
        }
        finally
        {
            _names.Release(context);
        }
    }

    private void Audit(OperationContext context, string remote, Operation operation, KmipException? failure)
    {
        if (!OperationTable.IsAboutServer(operation))
        {
            options.Audit(new(
                options.TimeProvider.GetUtcNow(), context.Client, remote, Word(operation), context.Subject,
                failure is null ? null : Reason(failure), failure?.Message ?? ""));
        }
    }

    /// <summary>For the audit: our word for what we have, the specification's for the rest.</summary>
    private static string Word(Operation operation) =>
        Enum.IsDefined(operation) ? operation.ToString() : OperationNames.Of(operation);

    private void AuditFailure(OperationContext context, string remote, Operation operation, KmipException failure)
    {
        try
        {
            Audit(context, remote, operation, failure);
        }
        catch (Exception e)
        {
            options.Fault(e, "audit");
        }
    }

    /// <summary>What went wrong inside stays inside: the client gets a number that the log has too.</summary>
    private KmipException Hidden(Exception e)
    {
        string correlation = Guid.NewGuid().ToString("N")[..12];
        options.Fault(e, correlation);
        return new(KmipResultReason.GeneralFailure,
            IsDiskFull(e) ? $"no space left on the key server (failure {correlation})" : $"internal failure {correlation}");
    }

    /// <summary>ENOSPC or EDQUOT, or what .NET makes of the first when a file is extended.</summary>
    private static bool IsDiskFull(Exception e) => e is IOException && (e.HResult is 28 or 122 || (e.HResult & 0xffff) == 0x70);

    /// <summary>Writes the response header and returns where its Batch Count is.</summary>
    private int Head(TtlvWriter answer, KmipVersion version)
    {
        answer.Begin(Tags.ResponseMessage);
        answer.Begin(Tags.ResponseHeader);
        RequestEncoder.Version(answer, version);
        answer.DateTime(Tags.TimeStamp, options.TimeProvider.GetUtcNow().ToUnixTimeSeconds());
        int count = answer.Length;
        answer.Integer(Tags.BatchCount, 1);
        answer.End();
        return count;
    }

    private static void ItemHead(TtlvWriter answer, TtlvItem item, Operation operation)
    {
        answer.Begin(Tags.BatchItem);
        answer.Enumeration(Tags.Operation, (int)operation);
        var id = item.Find(Tags.UniqueBatchItemID);
        if (id.IsPresent)
        {
            answer.Raw(id.Encoded);
        }
    }

    private static void Failure(TtlvWriter answer, KmipException why)
    {
        answer.Enumeration(Tags.ResultStatus, (int)ResultStatus.OperationFailed);
        answer.Enumeration(Tags.ResultReason, (int)Reason(why));
        answer.Text(Tags.ResultMessage, PrintableText.Escape(why.Message, 200));
    }

    /// <summary>The one table from our families to the wire: what is malformed is an Invalid Message.</summary>
    private static KmipResultReason Reason(KmipException e) => e.Kind switch
    {
        KmipErrorKind.Refused => e.Reason ?? KmipResultReason.GeneralFailure,
        KmipErrorKind.Protocol => KmipResultReason.InvalidMessage,
        _ => KmipResultReason.GeneralFailure,
    };

    private static KmipException TooLarge() =>
        new(KmipResultReason.ResponseTooLarge, "the answer is larger than the Maximum Response Size, or may be");
}
