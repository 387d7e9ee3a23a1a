using System.Runtime.CompilerServices;
using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>The host itself: what it is, whether it lives, its encryption mode.</summary>
public sealed class HostAdmin
{
    private readonly HostCaller _host;

    internal HostAdmin(HostCaller host) => _host = host;

    /// <summary>What it says of itself now.</summary>
    public async Task<HostFacts> DescribeAsync(CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Look, (c, o) => c.DescribeAsync(new DescribeHostRequest(), o), ct)).ToModel();

    /// <summary>Signs of life, and what changes; ends when the host ends it.</summary>
    public async IAsyncEnumerable<HostSignal> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var signal in _host.FollowAsync((c, o) => c.Watch(new WatchRequest(), o), ct))
        {
            yield return new HostSignal(signal.BootId, signal.Vm is { } vm
                ? new VmChange(vm.VmId, vm.PowerState.ToModel(), vm.What.ToModel(), vm.Detail) : null);
        }
    }

    /// <summary>Makes it ready for a host key; from <c>incapable</c> only.</summary>
    public async Task<HostFacts> PrepareCryptoAsync(CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Look, (c, o) => c.PrepareCryptoAsync(new PrepareCryptoRequest(), o), ct)).ToModel();

    /// <summary>Gives it its host key, which it holds already, or another one.</summary>
    public async Task<HostFacts> EnableCryptoAsync(ExpectedKey key, CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Look,
        (c, o) => c.EnableCryptoAsync(new EnableCryptoRequest { Key = key.ToRef(), Kcv = key.Kcv }, o), ct)).ToModel();

    /// <summary>Ends encryption mode at its next start.</summary>
    public async Task<HostFacts> DisableCryptoAsync(CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Look, (c, o) => c.DisableCryptoAsync(new DisableCryptoRequest(), o), ct)).ToModel();
}
