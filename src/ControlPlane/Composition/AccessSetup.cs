using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

/// <summary>Services of this folder.</summary>
internal static class AccessSetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services) => services
        .AddSingleton<RefusalLog>()
        .AddSingleton<RefusalAudit>()
        .AddSingleton<IAuthorizer, PermissionAuthorizer>()
        .AddSingleton<IBeginCheck, TaskBeginCheck>()
        .AddSingleton<SignInThrottle>()
        .AddSingleton<SignInService>()
        .AddSingleton<EscalationGuard>()
        .AddSingleton<ResumeCheck>()
        .AddSingleton<StrictRules>()
        .AddSingleton<MoveRules>()
        .AddSingleton<SpaceRules>()
        .AddSingleton<UserService>()
        .AddSingleton<GroupService>()
        .AddSingleton<RoleService>()
        .AddSingleton<PermissionService>()
        .AddSingleton<TokenService>()
        .AddSingleton<SessionService>();
}
