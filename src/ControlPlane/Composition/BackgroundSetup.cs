using Lorica.ControlPlane.Background;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

/// <summary>What runs by the clock.</summary>
internal static class BackgroundSetup
{
    /// <summary>Adds a job, which others may know by its own type too.</summary>
    public static IServiceCollection AddBackgroundJob<T>(this IServiceCollection services)
        where T : BackgroundJob => services
        .AddSingleton<T>()
        .AddSingleton<BackgroundJob>(p => p.GetRequiredService<T>());
}
