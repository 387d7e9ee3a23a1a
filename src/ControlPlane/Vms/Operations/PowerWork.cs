using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Powers a VM on or off.</summary>
internal sealed class PowerWork(
    HostLinks links, HostDirectory hosts, VmLookup lookup, VmDescriptionCache snapshots, TaskStore tasks,
    ResumeCheck resume, TimeProvider time)
{
    private static readonly TimeSpan OnTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan OffGrace = TimeSpan.FromSeconds(30);

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        bool on = task.Kind == TaskKinds.PowerOn;
        await tasks.ProgressAsync(task.Id, on ? "starting" : "stopping", 0, 0, ct);
        var files = await HostCalls.PatientlyAsync(
            context, time,
            async () =>
            {
                // What an earlier attempt did is taken as it is.
                var now = context.Resumed ? await snapshots.DescribeAsync(vm.HostId, vm.Id, ct) : null;
                if (now is not null && now.PowerState == (on ? "poweredOn" : "poweredOff"))
                {
                    return now;
                }

                await resume.RequireAsync(context, halfDone: null, ct);
                if (context is { Resumed: true, Arguments.Fenced: true })
                {
                    await hosts.RequireFencingAsync(ResumeCheck.CallerOf(task), vm.HostId, ct);
                }

                return on ? await OnAsync(context, ct) : await OffAsync(context, ct);
            },
            ct);
        await snapshots.SaveAsync(files, ct);
        await tasks.SucceedAsync(task.Id, also: null, ct);
    }

    private async Task<VmDescription> OnAsync(WorkContext context, CancellationToken ct)
    {
        var request = new PowerOnRequest { VmId = context.Vm.Id, Epoch = context.Task.Epoch, Fenced = context.Arguments.Fenced };
        request.Records.AddRange(KeyRegister.ToWire(await lookup.RecordsAsync(context.Vm.Id, ct)));
        return await links.Client(context.Vm.HostId).PowerOnAsync(request, Options(OnTimeout, ct));
    }

    private async Task<VmDescription> OffAsync(WorkContext context, CancellationToken ct)
    {
        int seconds = context.Arguments.TimeoutSeconds;
        var request = new PowerOffRequest
        {
            VmId = context.Vm.Id, Epoch = context.Task.Epoch, Hard = context.Arguments.Hard, TimeoutSeconds = seconds,
        };
        return await links.Client(context.Vm.HostId)
            .PowerOffAsync(request, Options(TimeSpan.FromSeconds(seconds) + OffGrace, ct));
    }

    private CallOptions Options(TimeSpan timeout, CancellationToken ct) =>
        new(deadline: time.GetUtcNow().UtcDateTime + timeout, cancellationToken: ct);
}
