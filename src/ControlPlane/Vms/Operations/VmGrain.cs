using System.Text.Json;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations.ImportVm;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// See <see cref="IVmGrain"/>. Not reentrant: two operations never interleave their checks; the work runs beside them.
/// </summary>
internal sealed class VmGrain(
    OperationRegistry operations, OperationDriver driver, TaskStore tasks, ImportsUnderWay imports, TimeProvider time)
    : Grain, IVmGrain
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _work = Task.CompletedTask;

    private string Id => this.GetPrimaryKeyString();

    /// <inheritdoc />
    public async Task<string> BeginAsync(Caller caller, string kind, string request, List<string> asked) =>
        Start(await operations.OperationOf(kind).BeginAsync(
            Id, caller, JsonElement.Parse(request), asked, _stopping.Token));

    /// <inheritdoc />
    public async Task ResumeAsync()
    {
        if (_work.IsCompleted && await tasks.UnfinishedOfAsync(Id, _stopping.Token) is { } task && !imports.Has(task.Id))
        {
            Start(task, resumed: true);
        }
    }

    /// <summary>Work that is cut off here stays in the table as it is, and is taken up again by the next start.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _work.WaitAsync(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _stopping.Dispose();
    }

    private string Start(TaskRow task, bool resumed = false)
    {
        if (!TaskStates.Ended(task.State))
        {
            _work = RunAsync(task, resumed);
        }

        return task.Id;
    }

    private async Task RunAsync(TaskRow task, bool resumed)
    {
        DelayDeactivation(TimeSpan.MaxValue);
        await Task.Yield();
        await driver.RunAsync(task, resumed, _stopping.Token);
        DelayDeactivation(TimeSpan.FromMilliseconds(-1));
    }
}
