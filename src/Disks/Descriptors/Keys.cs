namespace Lorica.Disks.Descriptors;

/// <summary>Keys of descriptor lines that have a meaning here.</summary>
internal static class Keys
{
    public const string CreateType = "createType";
    public const string Cid = "CID";
    public const string ParentCid = "parentCID";
    public const string ParentHint = "parentFileNameHint";
    public const string Thin = "ddb.thinProvisioned";
    public const string Eager = "ddb.lorica.eagerZeroed";

    public const string KeyId = "keyID";
    public const string Bundle = "encryptionKeys";
    public const string Filter = "ddb.iofilters";
    public const string ObjectId = "ddb.objectId";
    public const string KekCheck = "ddb.kekCheck";

    /// <summary>KCV of the second pair's KEK, only while two pairs stand in the bundle (shallow recrypt).</summary>
    public const string NewKekCheck = "ddb.newKekCheck";
    public const string Parents = "ddb.parents";
    public const string Transition = "ddb.transition";
    public const string Seal = "ddb.seal";

    /// <summary>Value of <see cref="Filter"/>.</summary>
    public const string FilterName = "lorica-crypt";

    /// <summary>Without any of these an encrypted disk is not one.</summary>
    public static readonly string[] RequiredWhenEncrypted = [KeyId, Bundle, Filter, ObjectId, KekCheck, Seal];

    /// <summary>Every line that only an encrypted disk has.</summary>
    public static readonly IReadOnlySet<string> Encryption = new HashSet<string>(
        [.. RequiredWhenEncrypted, NewKekCheck, Parents, Transition], StringComparer.OrdinalIgnoreCase);
}
