using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.PolicyBatches;

/// <summary>See <see cref="IPolicyBatchGrain"/>.</summary>
internal sealed partial class PolicyBatchGrain(PolicyBatchWork work, TimeProvider time, ILogger<PolicyBatchGrain> log)
    : Grain, IPolicyBatchGrain
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _work = Task.CompletedTask;

    /// <inheritdoc />
    public Task RunAsync()
    {
        if (_work.IsCompleted)
        {
            _work = WorkAsync();
        }

        return Task.CompletedTask;
    }

    /// <summary>What is cut off here stays in the table as it is, and is taken up again by the next start.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _work.WaitAsync(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        DelayDeactivation(TimeSpan.MaxValue);
        await Task.Yield();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await work.RunAsync(this.GetPrimaryKeyString(), _stopping.Token);
                break;
            }
            catch (Exception e) when (!_stopping.IsCancellationRequested)
            {
                LogFailed(log, e, this.GetPrimaryKeyString());
            }
            catch (OperationCanceledException)
            {
                // The center stops; the next start goes on.
                break;
            }

            await Task.Delay(Pause, time, _stopping.Token).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        DelayDeactivation(TimeSpan.FromMilliseconds(-1));
    }

    [LoggerMessage(2701, LogLevel.Error, "Task {TaskId} that applies a policy to many VMs broke off and is taken up again")]
    private static partial void LogFailed(ILogger log, Exception e, string taskId);
}
