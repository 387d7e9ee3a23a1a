using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Policies;

/// <summary>
/// Strict: on an encrypted VM whatever reaches its plain content from beside it needs Cryptographer.Access too, beside the
/// privilege of the operation. It is a rule of encryption policies, on by default. One strict policy on home or on any disk makes
/// the VM strict; so does an encrypted VM without any encryption policy, of which nobody said
/// otherwise. Raw QEMU arguments do not exist.
/// </summary>
public sealed class StrictRules(CenterStore store, IAuthorizer authorizer)
{
    /// <summary>Returns when the caller may, beside the privilege of the operation, which is not asked for here.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission for Cryptographer.Access at the VM.</exception>
    public async Task RequireAsync(Caller caller, StrictOperation operation, VmRow vm, CancellationToken ct)
    {
        if (await NeedsDirectAccessAsync(operation, vm.Id, ct))
        {
            await authorizer.RequireAsync(caller, Privileges.CryptoAccess, ObjectRef.Of(vm), ct);
        }
    }

    /// <summary>Whether <paramref name="operation"/> on a VM needs Cryptographer.Access.</summary>
    public Task<bool> NeedsDirectAccessAsync(StrictOperation operation, string vmId, CancellationToken ct) => store.ReadAsync(
        async db =>
        {
            // While a job runs the records of what it encrypts are not in use yet: their files are about to be encrypted, or are.
            if (!await db.KeyRecords.AnyLiveOfAsync(vmId, ct))
            {
                return false;
            }

            if (operation == StrictOperation.Console)
            {
                return true;
            }

            var policies = await PolicyCatalog.ReadAsync(db, ct);
            var named = await db.PolicyAssociations.PoliciesOfVmAsync(vmId, ct);
            if (await ComingAsync(db, vmId, ct) is { } coming)
            {
                named.Add(coming);
            }

            var encryption = named.Select(policies.OfId).Where(p => p.Encryption).ToList();
            return encryption.Count == 0 || encryption.Exists(p => p.Strict);
        },
        ct);

    /// <summary>The policy that a task under way is to set: its objects have it only when the task has ended.</summary>
    private static async Task<string?> ComingAsync(CenterDb db, string vmId, CancellationToken ct)
    {
        string? arguments = await db.Tasks.UnfinishedArgumentsOfVmAsync(vmId, ct);
        return string.IsNullOrEmpty(arguments) ? null : TaskArguments.Parse(arguments).PolicyId;
    }
}
