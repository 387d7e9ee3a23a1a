using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Records of objects that leave the inventory and come back.
/// <code>
/// usable, in use ──unregister, detach──► known ──register, attach: key checked at the KMS──► usable ──file verified──► in use
///                                          ▲                                                   │
///                                          └──────────── withdrawn: the file did not verify ───┘   (never known: deleted)
/// </code>
/// A known record is delivered nowhere. Only the privileged act of registering or attaching claims it (<see cref="KeyClaims"/>),
/// for one host, and only a file that opened with its key makes it stay.
/// </summary>
internal static class KnownKeys
{
    /// <summary>The objects leave the inventory: their records in use become known, all others retire.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="vmId">The VM that they are of.</param>
    /// <param name="which">Which of its records.</param>
    /// <param name="leftAt">Where a disk is left; empty for a home, and where nobody knows.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Keys that they had.</returns>
    public static async Task<List<ExpectedKey>> LeaveAsync(
        CenterDb db, string vmId, Func<KeyRecordRow, bool> which, Func<KeyRecordRow, string> leftAt, CancellationToken ct)
    {
        var rows = (await db.KeyRecords.LiveOfVmAsync(vmId, ct)).Where(which).ToList();
        foreach (var row in rows)
        {
            bool known = row.InUse;
            KeyClaims.End(row);
            if (known)
            {
                (row.State, row.LeftAt) = (KeyRecordStates.Known, leftAt(row));
            }
        }

        return [.. rows.Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct()];
    }
}
