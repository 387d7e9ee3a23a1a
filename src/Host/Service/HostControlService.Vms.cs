using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.Host.Creation;
using Lorica.Host.Refusals;

namespace Lorica.Host.Service;

/// <summary>Making, describing and removing VMs.</summary>
internal sealed partial class HostControlService
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(20);

    public override async Task<VmDescription> CreateVm(CreateVmRequest request, ServerCallContext context)
    {
        var spec = VmSpec.From(request);
        await using var builder = await VmBuilder.BeginAsync(node.Table, spec, node.Keys, context.CancellationToken);
        return await FinishAsync(builder, spec, context.CancellationToken);
    }

    public override async Task<VmDescription> ImportVm(
        IAsyncStreamReader<ImportVmRequest> requestStream, ServerCallContext context)
    {
        try
        {
            return await ImportAsync(requestStream, context);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await DrainAsync(requestStream, context.CancellationToken);
            throw;
        }
    }

    private async Task<VmDescription> ImportAsync(IAsyncStreamReader<ImportVmRequest> requestStream, ServerCallContext context)
    {
        var ct = context.CancellationToken;
        if (!await requestStream.MoveNext(ct) || requestStream.Current.Vm is not { } request)
            throw Refuse.Argument("import", "The first message of an import describes the VM.");
        var spec = VmSpec.From(request);
        await using var builder = await VmBuilder.BeginAsync(node.Table, spec, node.Keys, ct);

        // Tells a caller who waits for it that content is welcome; a refusal comes before.
        await context.WriteResponseHeadersAsync([]);
        while (await requestStream.MoveNext(ct))
        {
            var message = requestStream.Current;
            switch (message.PartCase)
            {
                case ImportVmRequest.PartOneofCase.Data:
                    await builder.WriteAsync(message.Data.Disk, message.Data.Offset, message.Data.Data.Memory, ct);
                    break;
                case ImportVmRequest.PartOneofCase.End:
                    return await FinishAsync(builder, spec, ct);
                default:
                    throw Refuse.Argument("import", "Only content of disks follows the description of the VM.");
            }
        }

        throw Refuse.Argument(
            "import", $"The import of {spec.Name} broke off before its end. Nothing was kept.", "Import it again.");
    }

    public override Task<VmDescription> DescribeVm(VmRequest request, ServerCallContext context)
    {
        var (registration, entry) = node.Table.Find(request.VmId);
        return Task.FromResult(node.Describer.Describe(registration, entry));
    }

    public override Task<ListVmsReply> ListVms(ListVmsRequest request, ServerCallContext context)
    {
        var reply = new ListVmsReply();
        var wanted = request.VmIds.ToHashSet(StringComparer.Ordinal);
        foreach (var (registration, entry) in node.Table.List()
            .Where(v => wanted.Count == 0 || wanted.Contains(v.Registration.Id.ToString("D"))))
        {
            reply.Vms.Add(node.Describer.Describe(registration, entry));
        }

        return Task.FromResult(reply);
    }

    public override async Task<DeleteVmReply> DeleteVm(VmOperation request, ServerCallContext context)
    {
        await RemoveLeftAsync(request.VmId, context.CancellationToken);
        var (registration, entry) = node.Table.Find(request.VmId);
        using (await entry.EnterAsync(registration.DisplayPath, context.CancellationToken))
        {
            node.Table.Registry.Advance(registration.Id, request.Epoch, registration.DisplayPath, removal: true);
            if (entry.Running is not null)
            {
                throw Refuse.PowerState(registration.DisplayPath,
                    $"{registration.DisplayPath} is powered on; it cannot be removed.", "Power it off.");
            }

            await VmRemoval.RemoveAsync(node.Table, registration, node.Log, context.CancellationToken);
            node.Log.VmRemoved(registration.Id, registration.DisplayPath);
        }

        return new DeleteVmReply();
    }

    /// <summary>
    /// A VM that is being made is not listed, and still is no VM that is not there: it may stand a moment later. What is left of
    /// one whose making failed goes.
    /// </summary>
    private async Task RemoveLeftAsync(string vmId, CancellationToken ct)
    {
        if (!Guid.TryParseExact(vmId, "D", out var id))
            return;
        await VmLeftovers.RemoveLeftAsync(node.Table, id, ct);
        if (node.Table.Registry.Find(id) is { Pending: true } making)
            throw Refuse.Busy(making.DisplayPath);
    }

    /// <summary>
    /// Reads what a refused caller still sends, and forgets it: a caller in the middle of a write would otherwise wait for a
    /// window that never opens again. Bounded in time, since a refusal must not cost a whole upload.
    /// </summary>
    private async Task DrainAsync(IAsyncStreamReader<ImportVmRequest> requestStream, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, node.Stopping);
        limit.CancelAfter(DrainLimit);
        try
        {
            while (await requestStream.MoveNext(limit.Token))
            {
                // Not wanted.
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or RpcException or InvalidOperationException)
        {
            // The refusal follows now, whatever the caller does.
        }
    }

    private async Task<VmDescription> FinishAsync(VmBuilder builder, VmSpec spec, CancellationToken ct)
    {
        var registration = await builder.CommitAsync(ct);
        node.Log.VmCreated(spec.Id, registration.DisplayPath, spec.HomeKey is not null);
        var (current, entry) = node.Table.Find(registration.Id.ToString());
        return node.Describer.Describe(current, entry);
    }
}
