using System.IO.Pipelines;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>VMs, as the faces of the center see them: who may do it is checked here, everything else by the VM's grain.</summary>
public sealed partial class VmService(
    VmLookup lookup, PolicyCatalog policies, TaskStore tasks, HostLinks links, IAuthorizer authorizer, StrictRules strict,
    IGrainFactory grains,
    InventoryTree tree, IServiceProvider services)
{
    /// <summary>Most bytes that are typed into a console at once.</summary>
    public const int MaximumConsoleInput = 16 * 1024;

    private const int MaximumTimeout = 3600;

    /// <summary>Creates a VM with empty disks.</summary>
    public async Task<TaskModel> CreateAsync(Caller caller, CreateVmBody body, CancellationToken ct)
    {
        await AuthorizeCreateAsync(caller, body, ct);
        var context = await services.GetRequiredService<VmCreation>().BeginAsync(TaskKinds.Create, caller, body, ct);
        await grains.GetGrain<IVmGrain>(context.Vm.Id).ResumeAsync();
        return await tasks.GetAsync(context.Task.Id, ct);
    }

    /// <summary>Imports a VM from a stream of disks; the task has ended when this returns.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="body">The stream.</param>
    /// <param name="parse">Parses the JSON of its first frame strictly.</param>
    /// <param name="ct">The client went away.</param>
    public async Task<TaskModel> ImportAsync(
        Caller caller, PipeReader body, Func<ReadOnlyMemory<byte>, CreateVmBody> parse, CancellationToken ct)
    {
        string id = await services.GetRequiredService<VmImporter>()
            .ImportAsync(caller, body, parse, b => AuthorizeCreateAsync(caller, b, ct), ct);
        return await tasks.GetAsync(id, CancellationToken.None);
    }

    /// <summary>Deletes a VM and its files.</summary>
    public async Task<TaskModel> DeleteAsync(Caller caller, string vm, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.DeleteVm, vm, ct);
        return await DoAsync(row, g => g.DeleteAsync(caller), ct);
    }

    /// <summary>Sets a storage policy.</summary>
    public async Task<TaskModel> SetPolicyAsync(Caller caller, string vm, SetPolicyBody body, CancellationToken ct)
    {
        var (row, command) = await PrepareSetPolicyAsync(caller, vm, body, ct);
        return await DoAsync(row, g => g.SetPolicyAsync(caller, command), ct);
    }

    /// <summary>Checks everything that setting a storage policy would meet, and does nothing.</summary>
    public async Task<PreflightModel> CheckPolicyAsync(Caller caller, string vm, SetPolicyBody body, CancellationToken ct)
    {
        var (row, command) = await PrepareSetPolicyAsync(caller, vm, body, ct);
        return await services.GetRequiredService<VmOperations>().CheckPolicyAsync(row, command, ct);
    }

    private async Task<(VmRow Vm, SetPolicyCommand Command)> PrepareSetPolicyAsync(
        Caller caller, string vm, SetPolicyBody body, CancellationToken ct)
    {
        var policy = await policies.FindAsync(body.Policy, ct);
        var row = await RequireAsync(caller, Privileges.StoragePolicy, vm, ct);
        if (policy.Encryption)
        {
            await authorizer.RequireAsync(caller, Privileges.Encrypt, ObjectRef.Of(row), ct);
            if (!policy.Strict)
            {
                await strict.RequireAsync(caller, StrictOperation.LoosenPolicy, row, ct);
            }
        }
        else if ((await lookup.RecordsAsync(row.Id, ct)).Count > 0)
        {
            await authorizer.RequireAsync(caller, Privileges.Decrypt, ObjectRef.Of(row), ct);
        }

        if (body.Disks is { Count: > 64 } || body.Disks?.Any(d => d is null) == true)
        {
            throw Invalid("lorica.disks", row.Name, "The disks are labels, at most 64.");
        }

        var crypto = body.Crypto switch
        {
            null => CryptoRequest.None,
            "encrypt" => CryptoRequest.Encrypt,
            "decrypt" => CryptoRequest.Decrypt,
            _ => throw Invalid("lorica.crypto", row.Name, "`expects` must be `encrypt` or `decrypt`."),
        };
        if (body.Provider is not null && crypto != CryptoRequest.Encrypt)
        {
            throw Invalid("lorica.crypto", row.Name, "A provider is named with the request to encrypt only.");
        }

        var keys = KeysOf(body.Keys, row.Name);
        if (keys.Count > 0)
        {
            // Who names keys asks for encryption.
            crypto = crypto == CryptoRequest.Decrypt
                ? throw Invalid("lorica.crypto", row.Name, "Keys are named with the request to encrypt only.")
                : CryptoRequest.Encrypt;
        }

        return (row, new SetPolicyCommand(
            policy.Id, body.Home, body.Disks is null ? null : [.. body.Disks], body.Force, policy.RulesVersion, crypto,
            body.Provider, keys));
    }

    /// <summary>Powers on or off.</summary>
    public async Task<TaskModel> PowerAsync(Caller caller, string vm, PowerBody body, CancellationToken ct)
    {
        if (body.Action is not ("on" or "off"))
        {
            throw Invalid("lorica.powerAction", vm, "The action is on or off.");
        }

        if (body.TimeoutSeconds is < 0 or > MaximumTimeout)
        {
            throw Invalid("lorica.timeout", vm, $"The time-out is 0 to {MaximumTimeout} seconds.");
        }

        var row = await RequireAsync(caller, body.Action == "on" ? Privileges.PowerOn : Privileges.PowerOff, vm, ct);
        if (body.Fenced)
        {
            if (body.Action != "on")
            {
                throw Invalid("lorica.fenced", row.Name, "That a host is fenced is said when a VM is powered on.");
            }

            await services.GetRequiredService<HostDirectory>().RequireFencingAsync(caller, row.HostId, ct);
        }

        var command = new PowerCommand(body.Action == "on", body.Hard, body.TimeoutSeconds, body.Fenced);
        return await DoAsync(row, g => g.PowerAsync(caller, command), ct);
    }

    /// <summary>Opens the serial log of a VM.</summary>
    public async Task<AsyncServerStreamingCall<ConsoleChunk>> ReadConsoleAsync(
        Caller caller, string vm, long from, bool follow, CancellationToken ct)
    {
        if (from < 0)
        {
            throw Invalid("lorica.consoleOffset", vm, "The offset is not negative.");
        }

        var (hostId, request) = await ConsoleAsync(caller, vm, ct);
        request.FromOffset = from;
        request.Follow = follow;
        return links.Client(hostId).ReadConsole(request, cancellationToken: ct);
    }

    /// <summary>Returns while the caller may still read the console that they follow.</summary>
    public Task RequireConsoleAsync(Caller caller, string vm, CancellationToken ct) => ConsoleAsync(caller, vm, ct);

    /// <summary>Types into the serial console of a VM.</summary>
    public async Task WriteConsoleAsync(Caller caller, string vm, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        var (hostId, request) = await ConsoleAsync(caller, vm, ct);
        var write = new WriteConsoleRequest { VmId = request.VmId, Data = Google.Protobuf.ByteString.CopyFrom(bytes.Span) };
        try
        {
            await links.Client(hostId).WriteConsoleAsync(write, cancellationToken: ct);
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new FaultException(FaultCodec.FromRpc(e, "the host"), e);
        }
    }

    private async Task<(string HostId, ReadConsoleRequest Request)> ConsoleAsync(Caller caller, string vm, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.Console, vm, ct);
        var records = await lookup.RecordsAsync(row.Id, ct);
        await strict.RequireAsync(caller, StrictOperation.Console, row, ct);
        var request = new ReadConsoleRequest { VmId = row.Id };
        request.Records.AddRange(KeyRegister.ToWire(records));
        return (row.HostId, request);
    }

    private async Task AuthorizeCreateAsync(Caller caller, CreateVmBody body, CancellationToken ct)
    {
        var place = ObjectRef.Of(await tree.FindPlaceAsync(body.Folder, ct));
        await authorizer.RequireAsync(caller, Privileges.CreateVm, place, ct);
        if (body.Policy is not null && (await policies.FindAsync(body.Policy, ct)).Encryption)
        {
            await authorizer.RequireAsync(caller, Privileges.EncryptNew, place, ct);
        }
    }

    private async Task<VmRow> RequireAsync(Caller caller, string privilege, string vm, CancellationToken ct)
    {
        var row = await lookup.FindAsync(vm, ct);
        await authorizer.RequireAsync(caller, privilege, ObjectRef.Of(row), ct);
        return row;
    }

    private async Task<TaskModel> DoAsync(VmRow vm, Func<IVmGrain, Task<string>> operation, CancellationToken ct) =>
        await tasks.GetAsync(await operation(grains.GetGrain<IVmGrain>(vm.Id)), ct);

    private static FaultException Invalid(string key, string target, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, key, target, message, "Correct the request."));
}
