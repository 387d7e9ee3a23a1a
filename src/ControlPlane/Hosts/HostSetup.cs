using Lorica.Contracts.Configs;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Services of this folder.</summary>
internal static class HostSetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddHosts(this IServiceCollection services, IReadOnlyList<HostSeed> seeds) => services
        .AddSingleton(seeds)
        .AddSingleton<HostLinks>()
        .AddSingleton<HostSeeds>()
        .AddSingleton<HostCrypto>()
        .AddSingleton<HostDirectory>()
        .AddSingleton<HostService>()
        .AddSingleton<DatastoreTable>();
}
