using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Providers;

/// <summary>Knows who uses keys. Each kind of user registers one; the index is what all of them say.</summary>
public interface IKeyUsers
{
    /// <summary>All uses, or those of one key.</summary>
    Task<IReadOnlyList<KeyUse>> ListAsync(CenterDb db, string? provider, string? keyId, CancellationToken ct);
}
