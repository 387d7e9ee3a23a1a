using Lorica.Contracts.Configs;
using Lorica.ControlPlane.HostAdministration;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

/// <summary>Services of this folder.</summary>
internal static class HostSetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddHosts(this IServiceCollection services, IReadOnlyList<HostSeed> seeds) => services
        .AddSingleton(seeds)
        .AddSingleton<HostLinks>()
        .AddSingleton<HostClient>()
        .AddSingleton<HostSeeds>()
        .AddSingleton<HostCrypto>()
        .AddSingleton<HostDirectory>()
        .AddSingleton<HostService>()
        .AddSingleton<DatastoreTable>();
}
