using System.IO.Pipelines;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations.CreateVm;
using Lorica.ControlPlane.Vms.Operations.ImportVm;
using Lorica.ControlPlane.Vms.Operations.RegisterVm;
using Lorica.ControlPlane.Vms.Operations.SetPolicy;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// What can be done to VMs, as the faces of the center ask for it: who may is checked here, everything else by the VM's grain.
/// </summary>
public sealed class VmService
{
    private readonly OperationRegistry _operations;
    private readonly VmLookup _lookup;
    private readonly TaskStore _tasks;
    private readonly IGrainFactory _grains;
    private readonly CreateVmWork _create;
    private readonly VmCreation _creation;
    private readonly VmImporter _importer;
    private readonly VmRegistration _registration;
    private readonly SetPolicyOperation _policy;

    internal VmService(
        OperationRegistry operations, VmLookup lookup, TaskStore tasks, IGrainFactory grains, CreateVmWork create,
        VmCreation creation, VmImporter importer, VmRegistration registration, SetPolicyOperation policy)
    {
        (_operations, _lookup, _tasks, _grains) = (operations, lookup, tasks, grains);
        (_create, _creation, _importer, _registration, _policy) = (create, creation, importer, registration, policy);
    }

    /// <summary>Begins the operation that a request asks for.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="vm">Name, path or id of the VM.</param>
    /// <param name="request">A request record of an operation: <c>RenameVmRequest</c>, <c>PowerOnRequest</c>, …</param>
    /// <param name="ct">The caller went away.</param>
    /// <returns>Its task.</returns>
    public async Task<TaskModel> BeginAsync(Caller caller, string vm, object request, CancellationToken ct)
    {
        var operation = _operations.Of(request);
        var row = await _lookup.FindAsync(vm, ct);
        var (prepared, asked) = await operation.AuthorizeAsync(caller, row, request, ct);
        string id = await _grains.GetGrain<IVmGrain>(row.Id)
            .BeginAsync(caller, operation.Info.Kind, RequestJson.Write(prepared).GetRawText(), asked);
        return await _tasks.GetAsync(id, ct);
    }

    /// <summary>Checks everything that setting a storage policy would meet, and does nothing.</summary>
    public async Task<PreflightModel> CheckPolicyAsync(Caller caller, string vm, SetPolicyRequest request, CancellationToken ct)
    {
        var row = await _lookup.FindAsync(vm, ct);
        var (prepared, _) = await _policy.AuthorizeAsync(caller, row, request, ct);
        return await _policy.CheckAsync(row, (SetPolicyRequest)prepared, ct);
    }

    /// <summary>Creates a VM with empty disks.</summary>
    public async Task<TaskModel> CreateAsync(Caller caller, NewVm wanted, CancellationToken ct)
    {
        await _creation.AuthorizeAsync(caller, wanted, ct);
        var (context, _) = await _creation.BeginAsync(_create.Info, caller, wanted, ct);
        await _grains.GetGrain<IVmGrain>(context.Vm.Id).ResumeAsync();
        return await _tasks.GetAsync(context.Task.Id, ct);
    }

    /// <summary>Imports a VM from a stream of disks; the task has ended when this returns.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="body">The stream.</param>
    /// <param name="parse">Parses the JSON of its first frame strictly.</param>
    /// <param name="ct">The client went away.</param>
    public async Task<TaskModel> ImportAsync(
        Caller caller, PipeReader body, Func<ReadOnlyMemory<byte>, NewVm> parse, CancellationToken ct) =>
        await _tasks.GetAsync(await _importer.ImportAsync(caller, body, parse, ct), CancellationToken.None);

    /// <summary>Takes a VM whose files are there already into the inventory.</summary>
    public async Task<TaskModel> RegisterAsync(Caller caller, RegisterVmRequest request, CancellationToken ct) =>
        await _tasks.GetAsync(await _registration.RegisterAsync(caller, request, ct), ct);
}
