using Lorica.Contracts.Broker;
using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Keys in a host's memory. What it is sent is sealed to it: the center never has a key.</summary>
public sealed class HostKeys
{
    private readonly HostCaller _host;

    internal HostKeys(HostCaller host) => _host = host;

    /// <summary>Sends keys, in the order of their sequence numbers.</summary>
    /// <returns>The host's answer to each; a key that it did not answer is not there.</returns>
    public async Task<IReadOnlyList<TakenKey>> AddAsync(IEnumerable<SealedKey> keys, CancellationToken ct)
    {
        var request = new AddKeysRequest();
        request.Keys.AddRange(keys);
        return
        [
            .. (await _host.AskAsync(HostDeadlines.Look, (c, o) => c.AddKeysAsync(request, o), ct)).Keys
                .Where(k => k.Key is not null).Select(k => new TakenKey(k.Key.ToModel()!, k.Kcv, k.Fault.ToModel())),
        ];
    }

    /// <summary>Makes the host forget keys.</summary>
    /// <returns>Those that stay, since a powered-on VM needs them.</returns>
    public async Task<IReadOnlyList<KeyName>> RemoveAsync(IEnumerable<ExpectedKey> keys, CancellationToken ct)
    {
        var request = new RemoveKeysRequest();
        request.Keys.AddRange(keys.Select(k => k.ToRef()));
        return
        [
            .. (await _host.AskAsync(HostDeadlines.Look, (c, o) => c.RemoveKeysAsync(request, o), ct)).Pinned
                .Select(k => k.ToModel()!),
        ];
    }
}
