using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Preflight;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.SetPolicy;

/// <summary>The dry run.</summary>
internal sealed partial class SetPolicyOperation
{
    /// <summary>What setting a policy would meet; nothing is begun, no key is made or sent.</summary>
    public async Task<PreflightModel> CheckAsync(VmRow vm, SetPolicyRequest request, CancellationToken ct)
    {
        var checks = new List<PreflightFinding>();
        string action = "refused";
        try
        {
            var policy = await PolicyOfAsync(request, ct);
            var (row, files, records) = await Vms.WholeAsync(vm.Id, ct);
            checks.Add(PreflightFinding.Fine("files"));
            var plan = EncryptionRules.Decide(policy, files, request.Home, request.Disks, request.Crypto);
            EncryptionRules.RequireObjectIds(files, plan.Disks);
            checks.Add(PreflightFinding.Fine("rules"));
            action = plan.Action switch
            {
                PolicyAction.Encrypt => "encrypt",
                PolicyAction.Decrypt => "decrypt",
                _ => "none",
            };
            if (plan.Action != PolicyAction.Nothing && !IsBegun(files, records))
            {
                bool encrypts = plan.Action == PolicyAction.Encrypt;
                string? provider = encrypts ? await ProviderAsync(request, ct) : null;
                checks.AddRange(await preflight.CheckAsync(
                    new PreflightRequest(
                        row, files, encrypts ? PreflightAction.Encrypt : PreflightAction.Decrypt, provider, plan.Disks), ct));
            }
        }
        catch (FaultException e)
        {
            checks.Add(new PreflightFinding(
                checks.Count == 0 ? "files" : checks.Count == 1 ? "rules" : "provider", Refuses: true, e.Fault));
        }

        return new PreflightModel(vm.Name, action, !checks.Exists(c => c.Refuses), [.. checks.Select(c => c.ToModel())]);
    }
}
