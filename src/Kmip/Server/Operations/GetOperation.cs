using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>
/// Get (KMIP 1.1, 4.11): the material in the format it is kept in, not wrapped. Given in every state but the destroyed ones,
/// since data that a key protected before its deactivation or compromise must still be read.
/// </summary>
internal static class GetOperation
{
    public static void Run(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(
            payload, Tags.UniqueIdentifier, Tags.KeyFormatType, Tags.KeyWrapType, Tags.KeyCompressionType,
            Tags.KeyWrappingSpecification);
        var o = context.Need(payload);
        if (o.IsDestroyed)
        {
            throw new KmipException(KmipResultReason.ItemNotFound, "the object is destroyed");
        }

        CheckForm(payload, o);
        answer.Enumeration(Tags.ObjectType, (int)o.Type);
        answer.Text(Tags.UniqueIdentifier, o.UniqueIdentifier);
        switch (o.Type)
        {
            case KmipObjectType.SymmetricKey:
                answer.Begin(Tags.SymmetricKey);
                Block(context, o, answer);
                answer.End();
                break;
            case KmipObjectType.SecretData:
                answer.Begin(Tags.SecretData);
                answer.Enumeration(Tags.SecretDataType, o.DataType);
                Block(context, o, answer);
                answer.End();
                break;
            default:
                answer.Begin(Tags.OpaqueObject);
                answer.Enumeration(Tags.OpaqueDataType, o.DataType);
                context.Store.Read(o.UniqueIdentifier, material => answer.Bytes(Tags.OpaqueDataValue, material));
                answer.End();
                break;
        }
    }

    private static void CheckForm(TtlvItem payload, KmipObject o)
    {
        var format = payload.Find(Tags.KeyFormatType);
        if (format.IsPresent && format.Enumeration() != o.KeyFormat)
        {
            throw new KmipException(KmipResultReason.KeyFormatTypeNotSupported, "the object is not kept in this format");
        }

        if (payload.Find(Tags.KeyCompressionType).IsPresent)
        {
            throw new KmipException(KmipResultReason.KeyCompressionTypeNotSupported, "keys are not given compressed");
        }

        if (payload.Find(Tags.KeyWrappingSpecification).IsPresent)
        {
            throw new KmipException(KmipResultReason.FeatureNotSupported, "keys are not given wrapped");
        }

        if (o.Number(AttributeNames.Sensitive) == 1)
        {
            throw new KmipException(KmipResultReason.Sensitive, "the object is sensitive and is not given in clear");
        }

        if (o.Number(AttributeNames.Extractable) == 0)
        {
            throw new KmipException(KmipResultReason.NotExtractable, "the object is not extractable");
        }
    }

    private static void Block(OperationContext context, KmipObject o, TtlvWriter answer)
    {
        answer.Begin(Tags.KeyBlock);
        answer.Enumeration(Tags.KeyFormatType, o.KeyFormat);
        answer.Begin(Tags.KeyValue);
        context.Store.Read(o.UniqueIdentifier, material => answer.Bytes(Tags.KeyMaterial, material));
        answer.End();
        if (o.Number(AttributeNames.CryptographicAlgorithm) is { } algorithm)
        {
            answer.Enumeration(Tags.CryptographicAlgorithm, (int)algorithm);
        }

        if (o.Number(AttributeNames.CryptographicLength) is { } length)
        {
            answer.Integer(Tags.CryptographicLength, (int)length);
        }

        answer.End();
    }
}
