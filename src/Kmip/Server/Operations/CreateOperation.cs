using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>Create (KMIP 1.1, 4.1): AES keys of 128, 192 or 256 bits, made at random by the store.</summary>
internal static class CreateOperation
{
    private const int FormatRaw = 1;

    public static void Run(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.ObjectType, Tags.TemplateAttribute);
        if (payload.Need(Tags.ObjectType).Enumeration() != (int)KmipObjectType.SymmetricKey)
        {
            throw new KmipException(KmipResultReason.InvalidField, "Create makes symmetric keys only");
        }

        var draft = new ObjectDraft(context);
        draft.TakeTemplate(payload.Need(Tags.TemplateAttribute));
        int bytes = draft.SymmetricKeyBytes();
        var made = draft.ToObject(KmipObjectType.SymmetricKey, FormatRaw, dataType: 0);
        context.Subject = made.UniqueIdentifier;
        context.Store.Generate(made, bytes);
        context.Placeholder = made.UniqueIdentifier;
        answer.Enumeration(Tags.ObjectType, (int)made.Type);
        answer.Text(Tags.UniqueIdentifier, made.UniqueIdentifier);
    }
}
