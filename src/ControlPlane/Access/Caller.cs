namespace Lorica.ControlPlane.Access;

/// <summary>On whose behalf something happens.</summary>
/// <param name="User">User name.</param>
/// <param name="IsSystem">The center itself: automatic unlock, resumed work.</param>
[GenerateSerializer]
[Alias("Lorica.Caller")]
public sealed record Caller(string User, bool IsSystem = false)
{
    /// <summary>The center itself.</summary>
    public static Caller System { get; } = new("system", IsSystem: true);
}
