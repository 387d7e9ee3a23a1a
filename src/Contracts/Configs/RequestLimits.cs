namespace Lorica.Contracts.Configs;

/// <summary>How many requests the REST API takes in a second; twice as many at once.</summary>
public sealed record RequestLimits
{
    /// <summary>Of one address.</summary>
    // Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
    public int PerAddress { get; set; } = 500;

    /// <summary>Of one account, from all of its addresses.</summary>
    public int PerAccount { get; set; } = 300;

    /// <summary>Of one account at the same time; a stream of events or a followed console counts as long as it lasts.</summary>
    public int AtOncePerAccount { get; set; } = 250;

    /// <summary>Sign-ins of one address; each costs a slow hash.</summary>
    public int SignIns { get; set; } = 5;
}
