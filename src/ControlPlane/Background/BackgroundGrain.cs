namespace Lorica.ControlPlane.Background;

/// <inheritdoc cref="IBackgroundGrain"/>
internal sealed class BackgroundGrain(BackgroundDriver driver) : Grain, IBackgroundGrain
{
    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        driver.Own(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        driver.LeaveAsync(this.GetPrimaryKeyString());

    /// <inheritdoc />
    public Task KeepAsync() => Task.CompletedTask;
}
