using Lorica.Cli.Output;
using Lorica.Cli.Profiles;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Up;

/// <summary>Waits until the center says that it and what it needs are well.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Null when all is well; else what is not, after patience ran out: the center then runs, but lacks something.
    /// </summary>
    public static async Task<string?> WaitAsync(string profilePath, TimeProvider time, CancellationToken ct)
    {
        using var center = new CenterClient(ProfileStore.Read(profilePath));
        long since = time.GetTimestamp();
        while (true)
        {
            HealthModel? health = null;
            CliException? failure = null;
            try
            {
                health = await center.HealthAsync(ct);
                if (health.Status is "ok" or "healthy")
                    return null;
            }
            catch (CliException e)
            {
                failure = e;
            }
            if (time.GetElapsedTime(since) > Patience)
                return health is null ? throw failure! : Describe(health);
            await Task.Delay(Pause, time, ct);
        }
    }

    private static string Describe(HealthModel health)
        => $"{health.Status}: "
            + string.Join(", ", health.Parts.Where(p => p.Value is not ("ok" or "healthy")).Select(p => $"{p.Key} {p.Value}"));
}
