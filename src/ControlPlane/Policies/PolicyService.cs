using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Policies;

/// <summary>
/// Storage policies, as the faces of the center see them. A policy that has an encryption rule before or after an operation needs
/// Cryptographer.ManageEncryptionPolicy beside StorageProfile.Update.
/// </summary>
public sealed class PolicyService(
    PolicyCatalog catalog, PolicyUsers users, CenterStore store, OperationRunner runner, EventLog events, IAuthorizer authorizer,
    TimeProvider time)
{
    private const int Maximum = 1000;

    /// <summary>All policies, by name.</summary>
    public async Task<IReadOnlyList<StoragePolicy>> ListAsync(Caller caller, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.StoragePolicy, ObjectRef.Root, ct);
        return (await catalog.ReadAsync(ct)).All;
    }

    /// <summary>One policy by id or name.</summary>
    public async Task<StoragePolicy> GetAsync(Caller caller, string policy, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.StoragePolicy, ObjectRef.Root, ct);
        return await catalog.FindAsync(policy, ct);
    }

    /// <summary>Makes a policy.</summary>
    public async Task<StoragePolicy> CreateAsync(Caller caller, CreatePolicyBody body, CancellationToken ct)
    {
        await RequireAsync(caller, body.Encryption, ct);
        var policy = PolicyChecks.ToPolicy(Guid.NewGuid().ToString("D"), body);
        return await AddAsync(
            caller, policy, $"{caller.User} created storage policy \"{policy.Name}\": {PolicyText.Of(policy.Rules)}.", ct);
    }

    /// <summary>Makes a policy with the rules of another.</summary>
    public async Task<StoragePolicy> CloneAsync(Caller caller, string policy, ClonePolicyBody body, CancellationToken ct)
    {
        var origin = await GetAsync(caller, policy, ct);
        await RequireAsync(caller, origin.Encryption, ct);
        var clone = PolicyChecks.Edited(
            origin with { Id = Guid.NewGuid().ToString("D"), BuiltIn = false },
            new EditPolicyBody(Name: body.Name, Description: body.Description)) with
        { Version = 1, RulesVersion = 1 };
        return await AddAsync(caller, clone,
            $"{caller.User} cloned storage policy \"{origin.Name}\" as \"{clone.Name}\": {PolicyText.Of(clone.Rules)}.", ct);
    }

    /// <summary>Edits a policy; what has it becomes outOfDate when a rule changes.</summary>
    public async Task<StoragePolicy> EditAsync(Caller caller, string policy, EditPolicyBody body, CancellationToken ct)
    {
        var before = await GetAsync(caller, policy, ct);
        await RequireAsync(caller, before.Encryption || body.Encryption == true, ct);
        RefuseBuiltIn(before, "edited");
        var after = PolicyChecks.Edited(before, body);
        return await runner.RunAsync(
            TaskKinds.PolicyEdit, before.Object, caller,
            _ => store.WriteAsync(
                async db =>
                {
                    var row = await db.Policies.FindAsync(before.Id, ct) ?? throw Gone(before);
                    RequireSame(before, row);
                    await RequireFreeAsync(db, after, ct);
                    row.Write(after);
                    row.ChangedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
                    events.Add(db, EventIds.PolicyEdited, caller, after.Object,
                        $"{caller.User} edited storage policy \"{after.Name}\": {PolicyText.Of(before.Rules)} became "
                            + $"{PolicyText.Of(after.Rules)}.");
                    return after;
                },
                CancellationToken.None),
            ct);
    }

    /// <summary>Deletes a policy; refused while anything has it.</summary>
    public async Task DeleteAsync(Caller caller, string policy, CancellationToken ct)
    {
        var before = await GetAsync(caller, policy, ct);
        await RequireAsync(caller, before.Encryption, ct);
        RefuseBuiltIn(before, "deleted");
        await runner.RunAsync(
            TaskKinds.PolicyDelete, before.Object, caller,
            _ => store.WriteAsync(
                async db =>
                {
                    var row = await db.Policies.FindAsync(before.Id, ct) ?? throw Gone(before);
                    RequireSame(before, row);
                    await users.RefuseUsedAsync(db, before, ct);
                    db.Policies.Remove(row);
                    events.Add(db, EventIds.PolicyDeleted, caller, before.Object,
                        $"{caller.User} deleted storage policy \"{before.Name}\": {PolicyText.Of(before.Rules)}.");
                    return true;
                },
                CancellationToken.None),
            ct);
    }

    private Task<StoragePolicy> AddAsync(
        Caller caller, StoragePolicy policy, string message, CancellationToken ct) => runner.RunAsync(
        TaskKinds.PolicyCreate, policy.Object, caller,
        _ => store.WriteAsync(
            async db =>
            {
                if (await db.Policies.CountAsync(ct) >= Maximum)
                {
                    throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.tooManyPolicies", policy.Name,
                        $"There are {Maximum} storage policies.", "Delete one that nothing uses."));
                }

                await RequireFreeAsync(db, policy, ct);
                long now = time.GetUtcNow().ToUnixTimeMilliseconds();
                var row = new PolicyRow
                {
                    Id = policy.Id, Name = "", Description = "", Tags = "", OutageAction = "", CreatedAt = now, ChangedAt = now,
                };
                row.Write(policy);
                db.Policies.Add(row);
                events.Add(db, EventIds.PolicyCreated, caller, policy.Object, message);
                return policy;
            },
            CancellationToken.None),
        ct);

    private async Task RequireAsync(Caller caller, bool encryption, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.UpdatePolicy, ObjectRef.Root, ct);
        if (encryption)
        {
            await authorizer.RequireAsync(caller, Privileges.ManageEncryptionPolicy, ObjectRef.Root, ct);
        }
    }

    /// <summary>The privilege was checked for the rules as they were then.</summary>
    private static void RequireSame(StoragePolicy before, PolicyRow row)
    {
        if (row.Version != before.Version)
        {
            throw Revisions.Changed(before.Object);
        }
    }

    private static async Task RequireFreeAsync(CenterDb db, StoragePolicy policy, CancellationToken ct)
    {
        if ((await PolicyCatalog.ReadAsync(db, ct)).TryFind(policy.Name) is { } other && other.Id != policy.Id)
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.policyExists", policy.Name,
                $"A storage policy \"{other.Name}\" exists.", "Choose another name."));
        }
    }

    private static void RefuseBuiltIn(StoragePolicy policy, string what)
    {
        if (policy.BuiltIn)
        {
            throw new FaultException(new Fault(FaultTypes.NotSupported, "lorica.policyBuiltIn", policy.Name,
                $"\"{policy.Name}\" is built in and cannot be {what}.", $"Clone it: lorica policy clone \"{policy.Name}\" NAME"));
        }
    }

    private static FaultException Gone(StoragePolicy policy) => new(new Fault(
        FaultTypes.NotFound, "lorica.policyNotFound", policy.Name,
        $"There is no storage policy \"{policy.Name}\" any more.", "See `lorica policy ls`."));
}
