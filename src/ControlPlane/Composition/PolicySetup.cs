using Lorica.ControlPlane.Compliance;
using Lorica.ControlPlane.Outages;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.PolicyBatches;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

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
        .AddSingleton<PreflightCheck>()
        .AddSingleton<CenterSettings>()
        .AddSingleton<ComplianceService>()
        .AddSingleton<IKeyReach, AlarmKeyReach>()
        .AddSingleton<OutageFinder>()
        .AddBackgroundJob<ComplianceRound>()
        .AddBackgroundJob<OutageWatch>();
}
