namespace Lorica.Contracts.Faults;

/// <summary>The reasons for which a key is out of reach; kept apart in every list and message.</summary>
public static class KeyReasons
{
    /// <summary>The host does not hold the key.</summary>
    public const string MissingOnHost = "missingOnHost";

    /// <summary>The KMS does not know the identifier.</summary>
    public const string MissingOnKms = "missingOnKms";

    /// <summary>
    /// The KMS does not give the key to the identity that the provider has now, and that identity changed without a proof that it
    /// sees the keys of the former one. A KMS says the same of a key that it lost.
    /// </summary>
    public const string NotVisibleToIdentity = "notVisibleToIdentity";

    /// <summary>The key is there but not in a state in which it may be used.</summary>
    public const string NotActiveOnKms = "notActiveOnKms";

    /// <summary>No server of the provider answers.</summary>
    public const string ProviderUnreachable = "providerUnreachable";

    /// <summary>No provider of that name is registered.</summary>
    public const string ProviderUnknown = "providerUnknown";

    /// <summary>The KMS refuses this client.</summary>
    public const string NoPermission = "noPermission";

    /// <summary>The KMS answers with another key under the identifier (the check value differs).</summary>
    public const string WrongKey = "wrongKey";

    /// <summary>
    /// The object of this identifier is no AES-256 key whose bytes the KMS gives: a secret, a key of another length or algorithm,
    /// one that comes wrapped, one without a state.
    /// </summary>
    public const string NotAKey = "notAKey";

    /// <summary>The KMS works, and refuses this one key for a reason that is neither of the others.</summary>
    public const string RefusedByKms = "refusedByKms";
}
