using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Inventory;

namespace Lorica.ControlPlane;

/// <summary>
/// Revisions of objects that people edit: a short digest of what they were shown. An edit that names the revision it was made
/// from is refused when somebody else was quicker. Check it inside the transaction that writes.
/// </summary>
public static class Revision
{
    /// <summary>Key of the refusal.</summary>
    public const string ChangedKey = "lorica.changed";

    private const int Bytes = 12;

    /// <summary>The revision of <paramref name="model"/>.</summary>
    public static string Of<T>(T model, JsonTypeInfo<T> type) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(model, type)).AsSpan(0, Bytes));

    /// <summary>Refuses an edit that was made from another revision than <paramref name="now"/>; null edits whatever is
    /// there.</summary>
    public static void Require(string? expected, string now, ObjectRef target)
    {
        if (expected is not null && !string.Equals(expected, now, StringComparison.Ordinal))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, ChangedKey, target.Name,
                $"{target.Name} was changed since you looked at it.", "Look at it again, then repeat the change."));
        }
    }
}
