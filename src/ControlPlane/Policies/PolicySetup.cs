using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Policies;

/// <summary>Services of this folder.</summary>
internal static class PolicySetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddPolicies(this IServiceCollection services) => services
        .AddSingleton<PolicyCatalog>()
        .AddSingleton<PolicyUsers>()
        .AddSingleton<PolicyService>()
        .AddSingleton<PolicyApplier>()
        .AddSingleton<PolicyBatchWork>()
        .AddSingleton<PlacementService>()
        .AddSingleton<ProviderCertificates>()
        .AddSingleton<Preflight>()
        .AddSingleton<CenterSettings>()
        .AddSingleton<ComplianceService>()
        .AddSingleton<IKeyReach, AlarmKeyReach>()
        .AddSingleton<OutageFinder>()
        .AddSingleton<OutageWatch>()
        .AddSingleton<PolicyWatch>();
}
