namespace Lorica.Model;

/// <summary>On whose behalf something happens.</summary>
/// <param name="User">User name.</param>
/// <param name="IsSystem">The center itself: automatic unlock, checks by the clock.</param>
/// <param name="TokenId">
/// Id of the API token with which they ask; empty for a session. A task keeps it, so that work that is taken up again is checked
/// against the token as it is then.
/// </param>
[GenerateSerializer]
[Alias("Lorica.Caller")]
public sealed record Caller(string User, bool IsSystem = false, string TokenId = "")
{
    /// <summary>Name under which the center itself acts; no user can have it.</summary>
    public const string SystemName = "system";

    /// <summary>
    /// From where they ask; null when that is not known: the center itself, and tasks of programs that did not keep it.
    /// </summary>
    [Id(0)]
    public RequestOrigin? Origin { get; init; }

    /// <summary>The center itself.</summary>
    public static Caller System { get; } = new(SystemName, IsSystem: true);
}
