using Lorica.ControlPlane.Providers;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// VM homes and disks: what their live records name; a key that is only being made is among them, without a check value.
/// </summary>
internal sealed class VmKeyUsers : IKeyUsers
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<KeyUse>> ListAsync(
        CenterDb db, string? provider, string? keyId, CancellationToken ct) =>
        await db.KeyRecords.UsesAsync(provider, keyId, ct);
}
