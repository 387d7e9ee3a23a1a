using Lorica.Kmip;
using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Broker.Tests;

/// <summary>Answers about one object that are well formed and give no key of ours.</summary>
internal static class OddKeys
{
    /// <summary>What the server sends when the object <paramref name="id"/> is asked for.</summary>
    public static Func<Operation, string, Action<TtlvWriter>?> Answer(string oddity, string id) => (operation, asked) =>
        asked != id ? null
        : (oddity, operation) switch
        {
            ("no state", Operation.GetAttributes) => ScriptedKms.Answer(operation, w => w.Text(Tags.UniqueIdentifier, id)),
            ("a state that does not exist", Operation.GetAttributes) => ScriptedKms.Answer(operation, w =>
            {
                w.Text(Tags.UniqueIdentifier, id);
                w.Begin(Tags.Attribute);
                w.Text(Tags.AttributeName, AttributeNames.State);
                w.Enumeration(Tags.AttributeValue, 77);
                w.End();
            }),
            ("a refusal without a known reason", Operation.Get) => ScriptedKms.Refuse(operation, KmipResultReason.GeneralFailure),
            ("a refused permission", Operation.Get) => ScriptedKms.Refuse(operation, KmipResultReason.PermissionDenied),
            ("an archived key", Operation.Get) => ScriptedKms.Refuse(operation, KmipResultReason.ObjectArchived),
            ("a format that is not given", Operation.Get) =>
                ScriptedKms.Refuse(operation, KmipResultReason.KeyFormatTypeNotSupported),
            ("nothing in the payload", Operation.Get) => ScriptedKms.Answer(operation, _ => { }),
            ("no state" or "a state that does not exist", _) => null,
            (_, Operation.Get) => ScriptedKms.Answer(operation, w => Get(w, oddity, id)),
            _ => null,
        };

    private static void Get(TtlvWriter w, string oddity, string id)
    {
        bool secret = oddity == "secret data";
        w.Enumeration(Tags.ObjectType, (int)(secret ? KmipObjectType.SecretData : KmipObjectType.SymmetricKey));
        w.Text(Tags.UniqueIdentifier, oddity == "another object" ? id + "x" : id);
        w.Begin(secret ? Tags.SecretData : Tags.SymmetricKey);
        if (secret)
            w.Enumeration(Tags.SecretDataType, 1);
        w.Begin(Tags.KeyBlock);
        w.Enumeration(Tags.KeyFormatType, oddity == "another format" ? 7 : 1);
        if (oddity != "no key value")
        {
            w.Begin(Tags.KeyValue);
            w.Bytes(Tags.KeyMaterial, new byte[oddity == "a 128-bit key" ? 16 : oddity == "too much material" ? 64 : 32]);
            w.End();
        }

        w.Enumeration(Tags.CryptographicAlgorithm, oddity == "another algorithm" ? 2 : 3);
        w.Integer(Tags.CryptographicLength, oddity is "a 128-bit key" or "another length than the material" ? 128 : 256);
        if (oddity == "a wrapped key")
        {
            w.Begin(Tags.KeyWrappingData);
            w.End();
        }

        w.End();
        w.End();
    }
}
