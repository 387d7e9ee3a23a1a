using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Messages;

/// <summary>
/// Writes requests. The header holds version and Batch Count and, when configured, the credential: no time stamp
/// (servers refuse requests from clocks a second ahead), and no Unique Batch Item ID where there is one item (not needed).
/// </summary>
internal static class RequestEncoder
{
    /// <summary>Credential Type "Username and Password".</summary>
    private const int UsernameAndPassword = 1;

    /// <summary>Writes the whole message; <paramref name="payload"/> writes what is inside Request Payload.</summary>
    public static void Encode(
        TtlvWriter writer, KmipVersion version, string? userName, KmipPassword? password, Operation operation,
        Action<TtlvWriter> payload)
    {
        writer.Begin(Tags.RequestMessage);
        writer.Begin(Tags.RequestHeader);
        Version(writer, version);
        Authentication(writer, userName, password);
        writer.Integer(Tags.BatchCount, 1);
        writer.End();
        writer.Begin(Tags.BatchItem);
        writer.Enumeration(Tags.Operation, (int)operation);
        writer.Begin(Tags.RequestPayload);
        payload(writer);
        writer.End();
        writer.End();
        writer.End();
    }

    /// <summary>
    /// Writes a message of several items, to be carried out in order and to the end; <paramref name="item"/> writes what is
    /// inside the item of that number: Operation, Unique Batch Item ID, Request Payload.
    /// </summary>
    public static void EncodeBatch(
        TtlvWriter writer, KmipVersion version, string? userName, KmipPassword? password, int count, Action<TtlvWriter, int> item)
    {
        writer.Begin(Tags.RequestMessage);
        writer.Begin(Tags.RequestHeader);
        Version(writer, version);
        Authentication(writer, userName, password);
        writer.Enumeration(Tags.BatchErrorContinuationOption, (int)BatchContinuation.Continue);
        writer.Boolean(Tags.BatchOrderOption, true);
        writer.Integer(Tags.BatchCount, count);
        writer.End();
        for (int i = 0; i < count; i++)
        {
            writer.Begin(Tags.BatchItem);
            item(writer, i);
            writer.End();
        }

        writer.End();
    }

    private static void Authentication(TtlvWriter writer, string? userName, KmipPassword? password)
    {
        if (userName is not null)
        {
            writer.Begin(Tags.Authentication);
            writer.Begin(Tags.Credential);
            writer.Enumeration(Tags.CredentialType, UsernameAndPassword);
            writer.Begin(Tags.CredentialValue);
            writer.Text(Tags.Username, userName);
            if (password is not null)
            {
                writer.Text(Tags.Password, password());
            }

            writer.End();
            writer.End();
            writer.End();
        }
    }

    /// <summary>Writes a Protocol Version.</summary>
    public static void Version(TtlvWriter writer, KmipVersion version)
    {
        writer.Begin(Tags.ProtocolVersion);
        writer.Integer(Tags.ProtocolVersionMajor, version.Major);
        writer.Integer(Tags.ProtocolVersionMinor, version.Minor);
        writer.End();
    }
}
