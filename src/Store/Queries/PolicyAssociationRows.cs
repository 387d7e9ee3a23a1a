using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Which object has which storage policy.</summary>
public sealed class PolicyAssociationRows
{
    private readonly CenterContext _db;

    internal PolicyAssociationRows(CenterContext db) => _db = db;

    /// <summary>Policy of an object; null when it has none.</summary>
    public Task<string?> PolicyOfAsync(string objectId, CancellationToken ct) =>
        _db.PolicyAssociations.Where(p => p.ObjectId == objectId).Select(p => p.PolicyId).FirstOrDefaultAsync(ct);

    /// <summary>Policies of a VM's objects, each once.</summary>
    public Task<List<string>> PoliciesOfVmAsync(string vmId, CancellationToken ct) =>
        _db.PolicyAssociations.Where(p => p.VmId == vmId).Select(p => p.PolicyId).Distinct().ToListAsync(ct);

    /// <summary>Those of the objects of some VMs; not tracked.</summary>
    public Task<List<PolicyAssociationRow>> OfVmsAsync(IReadOnlyCollection<string> vms, CancellationToken ct) =>
        _db.PolicyAssociations.AsNoTracking().Where(p => vms.Contains(p.VmId)).ToListAsync(ct);

    /// <summary>Those of some objects; not tracked.</summary>
    public Task<List<PolicyAssociationRow>> OfObjectsAsync(IReadOnlyCollection<string> objects, CancellationToken ct) =>
        _db.PolicyAssociations.AsNoTracking().Where(p => objects.Contains(p.ObjectId)).ToListAsync(ct);

    /// <summary>Another VM than that of which an object is; null when there is none.</summary>
    public Task<string?> OtherVmOfAsync(string objectId, string butVmId, CancellationToken ct) =>
        _db.PolicyAssociations.Where(p => p.ObjectId == objectId && p.VmId != butVmId).Select(p => p.VmId)
            .FirstOrDefaultAsync(ct);

    /// <summary>Adds one.</summary>
    public void Add(PolicyAssociationRow association) => _db.PolicyAssociations.Add(association);

    /// <summary>Removes those of some objects, at once.</summary>
    public Task RemoveAsync(IReadOnlyCollection<string> objects, CancellationToken ct) =>
        _db.PolicyAssociations.Where(p => objects.Contains(p.ObjectId)).ExecuteDeleteAsync(ct);

    /// <summary>Removes those of a VM's objects, at once.</summary>
    public Task RemoveOfVmAsync(string vmId, CancellationToken ct) =>
        _db.PolicyAssociations.Where(p => p.VmId == vmId).ExecuteDeleteAsync(ct);
}
