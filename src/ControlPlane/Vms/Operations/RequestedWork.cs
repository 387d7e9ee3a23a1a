using System.Text.Json;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>A work with the request that its tasks keep.</summary>
/// <typeparam name="TRequest">
/// What is asked for, in words of the domain, with what was decided when it began; kept as JSON with the task.
/// </typeparam>
internal abstract class RequestedWork<TRequest> : VmWork
    where TRequest : class
{
    /// <inheritdoc />
    public sealed override Task RunAsync(WorkContext context, CancellationToken ct) => RunAsync(context, RequestOf(context), ct);

    /// <inheritdoc />
    public sealed override Task<bool> MustGoOnAsync(WorkContext context, CancellationToken ct) =>
        MustGoOnAsync(context, RequestOf(context), ct);

    /// <summary>The same with its request.</summary>
    protected abstract Task RunAsync(WorkContext context, TRequest request, CancellationToken ct);

    /// <summary>The same with its request; as <see cref="OperationInfo.IsNeverGivenUp"/> says.</summary>
    protected virtual Task<bool> MustGoOnAsync(WorkContext context, TRequest request, CancellationToken ct) =>
        Task.FromResult(Info.IsNeverGivenUp);

    /// <summary>The request of a task that an earlier center began.</summary>
    protected abstract TRequest FromFirst(FirstTaskArguments first);

    private TRequest RequestOf(WorkContext context) =>
        context.Arguments.Version == 0 ? FromFirst(TaskArguments.First(context.Task.Arguments))
        : context.Arguments.Request is { } request
            ? RequestJson.Read<TRequest>(request)
            : throw new JsonException($"Task {context.Task.Id} keeps no request.");
}
