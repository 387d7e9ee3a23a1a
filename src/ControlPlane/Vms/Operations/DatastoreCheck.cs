using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Whether a datastore can take what an operation brings.</summary>
internal sealed class DatastoreCheck(HostDirectory hosts, HostClient client)
{
    /// <summary>The name of a datastore that the VM's host has and that is in use.</summary>
    public async Task<string> RequireAsync(VmRow vm, string name, CancellationToken ct)
    {
        await hosts.RequireUsableAsync(await hosts.FindAsync(vm.HostId, ct), name, ct);
        var host = await client.Once(vm.HostId).Admin.DescribeAsync(ct);
        return host.Datastores.Any(d => d.Name == name) ? name
            : throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.datastoreNotFound", name,
                $"The host of {vm.Name} has no datastore {name}.",
                $"It has {string.Join(", ", host.Datastores.Select(d => d.Name))}."));
    }
}
