using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Consoles;

/// <summary>Serial consoles of VMs.</summary>
public sealed class VmConsole(VmLookup lookup, HostClient hosts, IAuthorizer authorizer, StrictRules strict)
{
    /// <summary>Most bytes that are typed into a console at once.</summary>
    public const int MaximumInput = 16 * 1024;

    /// <summary>Opens the serial log of a VM.</summary>
    public async Task<IAsyncEnumerable<ConsolePart>> ReadAsync(
        Caller caller, string vm, long from, bool follow, CancellationToken ct)
    {
        if (from < 0)
        {
            throw new FaultException(new Fault(
                FaultTypes.InvalidArgument, "lorica.consoleOffset", vm, "The offset is not negative.", "Correct the request."));
        }

        var (row, records) = await FindAsync(caller, vm, ct);
        return hosts.Once(row.HostId).Consoles.ReadAsync(row.Id, from, follow, records, ct);
    }

    /// <summary>Returns while the caller may still read the console that they follow.</summary>
    public Task RequireAsync(Caller caller, string vm, CancellationToken ct) => FindAsync(caller, vm, ct);

    /// <summary>Types into the serial console of a VM.</summary>
    public async Task WriteAsync(Caller caller, string vm, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        var (row, _) = await FindAsync(caller, vm, ct);
        await hosts.Once(row.HostId).Consoles.WriteAsync(row.Id, bytes, ct);
    }

    private async Task<(VmRow Vm, IReadOnlyList<RecordedKey> Records)> FindAsync(
        Caller caller, string vm, CancellationToken ct)
    {
        var row = await lookup.FindAsync(vm, ct);
        await authorizer.RequireAsync(caller, Privileges.Console, ObjectRef.Of(row), ct);
        var records = await lookup.RecordsAsync(row.Id, ct);
        await strict.RequireAsync(caller, StrictOperation.Console, row, ct);
        return (row, KeyRegister.Recorded(records));
    }
}
