using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Vms.Queries;

namespace Lorica.ControlPlane.Vms.Consoles;

/// <summary>Serial consoles of VMs.</summary>
public sealed class VmConsole(VmLookup lookup, HostLinks links, IAuthorizer authorizer, StrictRules strict)
{
    /// <summary>Most bytes that are typed into a console at once.</summary>
    public const int MaximumInput = 16 * 1024;

    /// <summary>Opens the serial log of a VM.</summary>
    public async Task<AsyncServerStreamingCall<ConsoleChunk>> ReadAsync(
        Caller caller, string vm, long from, bool follow, CancellationToken ct)
    {
        if (from < 0)
        {
            throw new FaultException(new Fault(
                FaultTypes.InvalidArgument, "lorica.consoleOffset", vm, "The offset is not negative.", "Correct the request."));
        }

        var (hostId, request) = await FindAsync(caller, vm, ct);
        request.FromOffset = from;
        request.Follow = follow;
        return links.Client(hostId).ReadConsole(request, cancellationToken: ct);
    }

    /// <summary>Returns while the caller may still read the console that they follow.</summary>
    public Task RequireAsync(Caller caller, string vm, CancellationToken ct) => FindAsync(caller, vm, ct);

    /// <summary>Types into the serial console of a VM.</summary>
    public async Task WriteAsync(Caller caller, string vm, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        var (hostId, request) = await FindAsync(caller, vm, ct);
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

    private async Task<(string HostId, ReadConsoleRequest Request)> FindAsync(Caller caller, string vm, CancellationToken ct)
    {
        var row = await lookup.FindAsync(vm, ct);
        await authorizer.RequireAsync(caller, Privileges.Console, ObjectRef.Of(row), ct);
        var records = await lookup.RecordsAsync(row.Id, ct);
        await strict.RequireAsync(caller, StrictOperation.Console, row, ct);
        var request = new ReadConsoleRequest { VmId = row.Id };
        request.Records.AddRange(KeyRegister.ToWire(records));
        return (row.HostId, request);
    }
}
