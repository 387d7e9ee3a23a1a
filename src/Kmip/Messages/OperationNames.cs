using System.Globalization;

namespace Lorica.Kmip.Messages;

/// <summary>What operations are called (KMIP 1.4, 9.1.3.2.27), those too that this library does not have.</summary>
internal static class OperationNames
{
    private static readonly string[] Names =
    [
        "Create", "Create Key Pair", "Register", "Re-key", "Derive Key", "Certify", "Re-certify", "Locate", "Check", "Get",
        "Get Attributes", "Get Attribute List", "Add Attribute", "Modify Attribute", "Delete Attribute", "Obtain Lease",
        "Get Usage Allocation", "Activate", "Revoke", "Destroy", "Archive", "Recover", "Validate", "Query", "Cancel", "Poll",
        "Notify",
        "Put", "Re-key Key Pair", "Discover Versions", "Encrypt", "Decrypt", "Sign", "Signature Verify", "MAC", "MAC Verify",
        "RNG Retrieve", "RNG Seed", "Hash", "Create Split Key", "Join Split Key", "Import", "Export",
    ];

    /// <summary>Its name, or its number where it has none.</summary>
    public static string Of(Operation operation) => (int)operation is var number && number >= 1 && number <= Names.Length
        ? Names[number - 1]
        : "number " + number.ToString(CultureInfo.InvariantCulture);
}
