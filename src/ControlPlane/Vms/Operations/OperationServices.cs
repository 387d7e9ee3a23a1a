using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What every operation uses.</summary>
internal sealed record OperationServices(
    VmLook Vms, TaskStore Tasks, IAuthorizer Authorizer, SpaceRules Space, ResumeCheck Resume);
