using System.Text.Json;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// An operation that a person, a policy or another operation asks of a VM of the inventory. One class, found by
/// <see cref="OperationRegistry"/>:
/// <code>
/// asked    privileges of OperationInfo, then PrepareAsync                  any center
/// begun    BeginAsync, then epoch and task in one transaction              the VM's grain
/// runs     RunAsync, to its end, or again by the next start                the VM's grain
/// </code>
/// A refusal of the first two leaves nothing behind.
/// </summary>
internal abstract class VmOperation<TRequest>(OperationServices services) : RequestedWork<TRequest>, IVmOperation
    where TRequest : class
{
    /// <inheritdoc />
    public Type RequestType => typeof(TRequest);

    /// <summary>VMs, as operations look at them.</summary>
    protected VmLook Vms => services.Vms;

    /// <summary>The table of tasks.</summary>
    protected TaskStore Tasks => services.Tasks;

    /// <summary>What is asked when work is taken up again.</summary>
    protected Access.ResumeCheck Resume => services.Resume;

    /// <inheritdoc />
    public async Task<(object Request, List<string> Asked)> AuthorizeAsync(
        Caller caller, VmRow vm, object request, CancellationToken ct)
    {
        foreach (string privilege in Info.Privileges)
        {
            await RequireAsync(caller, privilege, vm, ct);
        }

        List<string> asked = [];
        if (Info.WhenEncrypted is { } crypto && await Vms.HasRecordsAsync(vm, ct))
        {
            await RequireAsync(caller, crypto, vm, ct);
        }

        var prepared = await PrepareAsync(caller, vm, (TRequest)request, asked, ct);
        if (Info.TakesSpace)
        {
            await services.Space.RequireAsync(caller, vm.HostId, ct);
        }

        return (prepared, asked);
    }

    /// <inheritdoc />
    public async Task<TaskRow> BeginAsync(
        string vmId, Caller caller, JsonElement request, IReadOnlyList<string> asked, CancellationToken ct)
    {
        var begun = await BeginAsync(vmId, caller, RequestJson.Read<TRequest>(request), ct);
        var info = (begun.As ?? this).Info;
        return await Tasks.BeginAsync(
            info.Kind, begun.Vm, caller, info.Needs(asked),
            begun.Plan with { Request = RequestJson.Write(begun.Request), Asked = asked }, begun.Also, ct);
    }

    /// <summary>
    /// Checks the bounds of a request, and what it needs beside <see cref="VmWork.Info"/>: that is asked for, and added to
    /// <paramref name="asked"/> where it is to be asked for again.
    /// </summary>
    /// <returns>The request, with names resolved to ids.</returns>
    protected virtual Task<TRequest> PrepareAsync(
        Caller caller, VmRow vm, TRequest request, List<string> asked, CancellationToken ct) => Task.FromResult(request);

    /// <summary>
    /// The rules, in this order: no other task · files not suspect · power · snapshots · encrypted-ness · keys within reach.
    /// </summary>
    protected abstract Task<Begun> BeginAsync(string vmId, Caller caller, TRequest request, CancellationToken ct);

    /// <summary>Asks for one privilege, at the VM or its folder as the privilege has it.</summary>
    protected async Task RequireAsync(Caller caller, string privilege, VmRow vm, CancellationToken ct) =>
        await services.Authorizer.RequireAsync(
            caller, privilege, TaskNeeds.IsAtFolder(privilege) ? await Vms.FolderAsync(vm, ct) : ObjectRef.Of(vm), ct);
}
