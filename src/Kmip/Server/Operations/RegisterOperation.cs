using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>Register (KMIP 1.1, 4.3): AES keys, secrets and opaque objects that the client brings, unwrapped.</summary>
internal static class RegisterOperation
{
    private const int FormatRaw = 1;
    private const int FormatOpaque = 2;

    public static void Run(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        var type = (KmipObjectType)payload.Need(Tags.ObjectType).Enumeration();
        if (type is not (KmipObjectType.SymmetricKey or KmipObjectType.SecretData or KmipObjectType.OpaqueObject))
        {
            throw new KmipException(KmipResultReason.InvalidField, $"objects of type {(int)type} are not taken");
        }

        Fields.Check(payload, Tags.ObjectType, Tags.TemplateAttribute, Tags.SymmetricKey, Tags.SecretData, Tags.OpaqueObject);
        var draft = new ObjectDraft(context);
        var template = payload.Find(Tags.TemplateAttribute);
        if (template.IsPresent)
        {
            draft.TakeTemplate(template);
        }

        int format = 0, dataType = 0;
        ReadOnlySpan<byte> material;
        switch (type)
        {
            case KmipObjectType.SymmetricKey:
                material = Block(payload.Need(Tags.SymmetricKey), draft, out format);
                int bits = material.Length * 8;
                draft.Fix(AttributeNames.CryptographicLength, bits, w => w.Integer(Tags.AttributeValue, bits));
                if (draft.SymmetricKeyBytes() != material.Length || format != FormatRaw)
                {
                    throw new KmipException(
                        KmipResultReason.InvalidField, "a symmetric key comes in format Raw and in its full length");
                }

                break;
            case KmipObjectType.SecretData:
                var secret = payload.Need(Tags.SecretData);
                Fields.Check(secret, Tags.SecretDataType, Tags.KeyBlock);
                dataType = secret.Need(Tags.SecretDataType).Enumeration();
                material = Block(secret, draft, out format);
                break;
            default:
                var opaque = payload.Need(Tags.OpaqueObject);
                Fields.Check(opaque, Tags.OpaqueDataType, Tags.OpaqueDataValue);
                dataType = opaque.Need(Tags.OpaqueDataType).Enumeration();
                material = opaque.Need(Tags.OpaqueDataValue).Bytes();
                break;
        }

        if (material.Length is 0 or > ServerLimits.MaterialBytes)
        {
            throw new KmipException(KmipResultReason.InvalidField, $"material has 1 to {ServerLimits.MaterialBytes} bytes");
        }

        var made = draft.ToObject(type, format, dataType);
        context.Subject = made.UniqueIdentifier;
        context.Store.Register(made, material);
        context.Placeholder = made.UniqueIdentifier;
        answer.Text(Tags.UniqueIdentifier, made.UniqueIdentifier);
    }

    /// <summary>
    /// The material of a Key Block that is neither wrapped nor compressed; algorithm and length in it go into the draft.
    /// </summary>
    private static ReadOnlySpan<byte> Block(TtlvItem holder, ObjectDraft draft, out int format)
    {
        var block = holder.Need(Tags.KeyBlock);
        Fields.Check(
            block, Tags.KeyFormatType, Tags.KeyCompressionType, Tags.KeyValue, Tags.CryptographicAlgorithm,
            Tags.CryptographicLength,
            Tags.KeyWrappingData);
        format = block.Need(Tags.KeyFormatType).Enumeration();
        if (format is not (FormatRaw or FormatOpaque))
        {
            throw new KmipException(KmipResultReason.KeyFormatTypeNotSupported, "keys are taken in format Raw or Opaque");
        }

        if (block.Find(Tags.KeyCompressionType).IsPresent)
        {
            throw new KmipException(KmipResultReason.KeyCompressionTypeNotSupported, "compressed keys are not taken");
        }

        if (block.Find(Tags.KeyWrappingData).IsPresent)
        {
            throw new KmipException(KmipResultReason.FeatureNotSupported, "wrapped keys are not taken");
        }

        var algorithm = block.Find(Tags.CryptographicAlgorithm);
        if (algorithm.IsPresent)
        {
            int code = algorithm.Enumeration();
            draft.Fix(AttributeNames.CryptographicAlgorithm, code, w => w.Enumeration(Tags.AttributeValue, code));
        }

        var length = block.Find(Tags.CryptographicLength);
        if (length.IsPresent)
        {
            int bits = length.Integer();
            draft.Fix(AttributeNames.CryptographicLength, bits, w => w.Integer(Tags.AttributeValue, bits));
        }

        var value = block.Need(Tags.KeyValue);
        Fields.Check(value, Tags.KeyMaterial);
        return value.Need(Tags.KeyMaterial).Bytes();
    }
}
