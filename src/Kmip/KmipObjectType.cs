namespace Lorica.Kmip;

/// <summary>Object Type (KMIP 1.4, 9.1.3.2.12).</summary>
public enum KmipObjectType
{
    /// <summary>X.509 or PGP certificate.</summary>
    Certificate = 1,

    /// <summary>A key for a symmetric algorithm.</summary>
    SymmetricKey = 2,

    /// <summary>Public half of a key pair.</summary>
    PublicKey = 3,

    /// <summary>Private half of a key pair.</summary>
    PrivateKey = 4,

    /// <summary>A share of a key.</summary>
    SplitKey = 5,

    /// <summary>Stored attributes (deprecated by the specification).</summary>
    Template = 6,

    /// <summary>Password or seed.</summary>
    SecretData = 7,

    /// <summary>Bytes whose meaning the server does not know.</summary>
    OpaqueObject = 8,

    /// <summary>PGP key.</summary>
    PgpKey = 9,
}
