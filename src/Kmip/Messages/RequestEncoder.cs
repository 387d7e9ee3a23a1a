using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Messages;

/// <summary>
/// Writes a request of one item. The header holds version and Batch Count and, when configured, the credential: no time stamp
/// (servers refuse requests from clocks a second ahead), no Unique Batch Item ID (not needed for one item).
/// </summary>
internal static class RequestEncoder
{
    /// <summary>Credential Type "Username and Password".</summary>
    private const int UsernameAndPassword = 1;

    /// <summary>Writes the whole message; <paramref name="payload"/> writes what is inside Request Payload.</summary>
    public static void Encode(
        TtlvWriter writer, KmipVersion version, string? userName, string? password, Operation operation,
        Action<TtlvWriter> payload)
    {
        writer.Begin(Tags.RequestMessage);
        writer.Begin(Tags.RequestHeader);
        Version(writer, version);
        if (userName is not null)
        {
            writer.Begin(Tags.Authentication);
            writer.Begin(Tags.Credential);
            writer.Enumeration(Tags.CredentialType, UsernameAndPassword);
            writer.Begin(Tags.CredentialValue);
            writer.Text(Tags.Username, userName);
            if (password is not null)
            {
                writer.Text(Tags.Password, password);
            }

            writer.End();
            writer.End();
            writer.End();
        }

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

    /// <summary>Writes a Protocol Version.</summary>
    public static void Version(TtlvWriter writer, KmipVersion version)
    {
        writer.Begin(Tags.ProtocolVersion);
        writer.Integer(Tags.ProtocolVersionMajor, version.Major);
        writer.Integer(Tags.ProtocolVersionMinor, version.Minor);
        writer.End();
    }
}
