namespace Lorica.ControlPlane.Policies;

/// <summary>Says which key providers are out of reach.</summary>
public interface IKeyReach
{
    /// <summary>Since when, by provider; a provider that serves keys is not in it.</summary>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> OutSinceAsync(CancellationToken ct);
}
