using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Client;

/// <summary>Answers that no honest server gives.</summary>
internal static class Lies
{
    /// <summary>An answer to Get with one thing wrong.</summary>
    public static byte[] Get(string lie, byte[] request)
    {
        string id = TtlvItem.ReadValid(request).Find(Tags.BatchItem).Find(Tags.RequestPayload).Find(Tags.UniqueIdentifier).Text();
        return Message(lie == "two items" ? 2 : 1, w =>
        {
            for (int i = 0; i < (lie == "two items" ? 2 : 1); i++)
            {
                w.Begin(Tags.BatchItem);
                w.Enumeration(Tags.Operation, (int)(lie == "another operation" ? Operation.GetAttributes : Operation.Get));
                w.Enumeration(Tags.ResultStatus, (int)ResultStatus.Success);
                if (lie != "no payload")
                {
                    Payload(w, lie, id);
                }

                w.End();
            }
        });
    }

    /// <summary>A refusal without Operation and payload, as some servers send it.</summary>
    public static byte[] Refuse(KmipResultReason reason, string message = "no") => Message(1, w =>
    {
        w.Begin(Tags.BatchItem);
        w.Enumeration(Tags.ResultStatus, (int)ResultStatus.OperationFailed);
        w.Enumeration(Tags.ResultReason, (int)reason);
        w.Text(Tags.ResultMessage, message);
        w.End();
    });

    private static byte[] Message(int count, Action<TtlvWriter> items)
    {
        using var w = new TtlvWriter();
        w.Begin(Tags.ResponseMessage);
        w.Begin(Tags.ResponseHeader);
        RequestEncoder.Version(w, KmipVersion.V10);
        w.DateTime(Tags.TimeStamp, 1);
        w.Integer(Tags.BatchCount, count);
        w.End();
        items(w);
        w.End();
        return w.Written.ToArray();
    }

    private static void Payload(TtlvWriter w, string lie, string id)
    {
        w.Begin(Tags.ResponsePayload);
        w.Enumeration(Tags.ObjectType,
            (int)(lie == "another type of object" ? KmipObjectType.SecretData : KmipObjectType.SymmetricKey));
        w.Text(Tags.UniqueIdentifier, lie == "another identifier" ? id + "x" : id);
        w.Begin(Tags.SymmetricKey);
        w.Begin(Tags.KeyBlock);
        w.Enumeration(Tags.KeyFormatType, lie == "another format" ? 7 : 1);
        w.Begin(Tags.KeyValue);
        w.Bytes(Tags.KeyMaterial, new byte[lie == "a short key" ? 16 : 32]);
        w.End();
        w.Enumeration(Tags.CryptographicAlgorithm, lie == "another algorithm" ? 2 : 3);
        w.Integer(Tags.CryptographicLength, lie == "a short key" ? 128 : 256);
        if (lie == "a wrapped key")
        {
            w.Begin(Tags.KeyWrappingData);
            w.End();
        }

        w.End();
        w.End();
        w.End();
    }
}
