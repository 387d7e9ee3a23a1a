using System.Security.Cryptography;

namespace Lorica.Center.Rest;

/// <summary>
/// Under which a request is found again: in the center's log and the answer when it failed, in the audit events that it and its
/// tasks leave. The center makes it; a client that could choose it could have its events taken for somebody else's.
/// </summary>
internal static class CorrelationId
{
    private const int Digits = 16;
    private static readonly object Key = new();

    /// <summary>The id of a request.</summary>
    public static string Of(HttpContext http)
    {
        if (http.Items[Key] is not string id)
        {
            http.Items[Key] = id = RandomNumberGenerator.GetHexString(Digits, lowercase: true);
        }

        return id;
    }
}
