using Lorica.Store;

namespace Lorica.ControlPlane.Policies;

/// <summary>
/// Looks up storage policies: the two built-in ones, which are part of the program and cannot be edited, and those that somebody
/// made. For operations on policies see <see cref="PolicyService"/>.
/// </summary>
public sealed class PolicyCatalog(CenterStore store)
{
    /// <summary>Encrypts VM home and disks; the id is the original's.</summary>
    public static readonly StoragePolicy Encryption = new()
    {
        Id = "4d5f673c-536f-11e6-beb8-9e71128cae77",
        Name = "VM Encryption Policy",
        Description = "Encrypts VM home and disks.",
        Rules = new PolicyRules { Encryption = true },
        BuiltIn = true,
    };

    /// <summary>No rules.</summary>
    public static readonly StoragePolicy DatastoreDefault = new()
    {
        Id = "5f0c1f3e-86c2-4c53-9d2a-64b1a0f1c7de",
        Name = "Datastore Default",
        Description = "No rules: what the datastore gives.",
        Rules = new PolicyRules(),
        BuiltIn = true,
    };

    /// <summary>Those that are part of the program.</summary>
    public static IReadOnlyList<StoragePolicy> BuiltIn { get; } = [DatastoreDefault, Encryption];

    /// <summary>All policies as they are now.</summary>
    public Task<PolicySet> ReadAsync(CancellationToken ct) => store.ReadAsync(db => ReadAsync(db, ct), ct);

    /// <summary>The same within a transaction.</summary>
    public static async Task<PolicySet> ReadAsync(CenterDb db, CancellationToken ct) =>
        new((await db.Policies.ListAsync(ct)).Select(r => r.ToPolicy()));

    /// <summary>The built-in policies and some others.</summary>
    public static async Task<PolicySet> ReadAsync(CenterDb db, IReadOnlyCollection<string> ids, CancellationToken ct) =>
        new((await db.Policies.ListAsync(ids, ct)).Select(r => r.ToPolicy()));

    /// <summary>By id or name; NotFound otherwise.</summary>
    public async Task<StoragePolicy> FindAsync(string idOrName, CancellationToken ct) => (await ReadAsync(ct)).Find(idOrName);

    /// <summary>By the id of an association; no association, and a policy that is gone, count as the default.</summary>
    public async Task<StoragePolicy> OfIdAsync(string? id, CancellationToken ct) => (await ReadAsync(ct)).OfId(id);

    /// <summary>The policy of an object (VM id for VM home, a disk's object id).</summary>
    public Task<StoragePolicy> OfObjectAsync(string objectId, CancellationToken ct) =>
        store.ReadAsync(
            async db => (await ReadAsync(db, ct)).OfId(await db.PolicyAssociations.PolicyOfAsync(objectId, ct)),
            ct);
}
