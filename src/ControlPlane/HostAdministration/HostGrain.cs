using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Vms.Recovery;
using Lorica.Model;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Lorica.ControlPlane.HostAdministration;

/// <summary>
/// See <see cref="IHostGrain"/>. Reentrant: deliveries order themselves, and a slow KMS must not hold up the rest.
/// </summary>
[Reentrant]
[KeepAlive]
internal sealed class HostGrain(IServiceProvider services, KeyReleaser releaser, TimeProvider time) : Grain, IHostGrain
{
    private readonly CancellationTokenSource _stopping = new();
    private KeyDeliverer _deliverer = null!;
    private KeyReconciler _reconciler = null!;
    private HostMonitor _monitor = null!;
    private Task _running = Task.CompletedTask;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        string id = this.GetPrimaryKeyString();
        _deliverer = ActivatorUtilities.CreateInstance<KeyDeliverer>(services);
        _reconciler = ActivatorUtilities.CreateInstance<KeyReconciler>(services, _deliverer);
        _monitor = ActivatorUtilities.CreateInstance<HostMonitor>(services, id, _reconciler);
        _running = _monitor.RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _stopping.Dispose();
    }

    /// <inheritdoc />
    public Task StartAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        DeactivateOnIdle();
    }

    /// <inheritdoc />
    public Task<DeliveryResult> DeliverAsync(List<ExpectedKey> keys, string operation) =>
        _deliverer.DeliverAsync(this.GetPrimaryKeyString(), keys, operation, _stopping.Token);

    /// <inheritdoc />
    public Task ReleaseAsync(List<ExpectedKey> keys) => releaser.ReleaseAsync(this.GetPrimaryKeyString(), keys, _stopping.Token);

    /// <inheritdoc />
    public Task ReconcileAsync() => _reconciler.ReconcileAsync(this.GetPrimaryKeyString(), _stopping.Token);

    /// <inheritdoc />
    public Task NudgeAsync()
    {
        _monitor.Nudge();
        return Task.CompletedTask;
    }
}
