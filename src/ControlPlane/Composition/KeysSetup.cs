using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

/// <summary>Services of this folder.</summary>
internal static class KeysSetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddKeys(this IServiceCollection services) => services
        .AddSingleton<IKeyUsers, VmKeyUsers>()
        .AddSingleton<KeyIndex>()
        .AddSingleton<KeyAlarms>()
        .AddSingleton<KeyMaker>()
        .AddSingleton<KeyCheck>()
        .AddBackgroundJob<DailyCheck>()
        .AddSingleton<KeyService>();
}
