using Lorica.ControlPlane.Hosts;
using Lorica.Model;

namespace Lorica.HostContract;

/// <summary>
/// A host that the contract is held against: it has two empty datastores, <c>ds1</c> and <c>ds2</c>, no key, and is in no
/// encryption mode.
/// </summary>
public abstract class ContractHost : IAsyncDisposable
{
    /// <summary>Its id.</summary>
    public abstract string Id { get; }

    /// <summary>What the center talks to it with.</summary>
    public HostClient Hosts { get; protected set; } = null!;

    /// <summary>The host, asked once.</summary>
    public RemoteHost Host => Hosts.Once(Id);

    /// <summary>Starts it.</summary>
    public abstract Task StartAsync();

    /// <summary>A new key that the host does not hold.</summary>
    public abstract ExpectedKey Make(string keyId);

    /// <summary>Brings a key of <see cref="Make"/> to the host.</summary>
    public abstract Task DeliverAsync(ExpectedKey key);

    /// <summary>A new key that the host holds.</summary>
    public async Task<ExpectedKey> HeldAsync(string keyId)
    {
        var key = Make(keyId);
        await DeliverAsync(key);
        return key;
    }

    /// <summary>Stops it and removes what it had.</summary>
    public abstract ValueTask DisposeAsync();
}
