namespace Lorica.Crypto;

/// <summary>Why an operation of this library was refused. Callers switch on it.</summary>
public enum CryptoErrorKind
{
    /// <summary>The key is not the one that sealed the data: its check value differs, or no pair names it.</summary>
    WrongKey,

    /// <summary>The key is right (its check value agrees) but the bundle's tag is not: somebody changed the bundle.</summary>
    BundleEdited,

    /// <summary>The bundle opens but belongs to another object.</summary>
    ForeignBundle,

    /// <summary>The text is not a key locator within the limits of this library.</summary>
    MalformedLocator,

    /// <summary>The bundle's locator or plaintext does not have the shape of a bundle.</summary>
    MalformedBundle,

    /// <summary>No memory that can hold keys is left (RLIMIT_MEMLOCK), or none can be had at all.</summary>
    KeyMemoryExhausted,

    /// <summary>A seal (HMAC) does not verify.</summary>
    BadSeal,

    /// <summary>A sealed stream is cut, edited, reordered or foreign.</summary>
    BadStream,

    /// <summary>An HPKE message does not open.</summary>
    HpkeOpenFailed,

    /// <summary>The key cannot be used: wrong length, equal XTS halves, not a point of the curve.</summary>
    InvalidKey,

    /// <summary>The platform lacks what the operation needs.</summary>
    Unsupported,
}
