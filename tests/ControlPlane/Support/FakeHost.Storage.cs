using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Storage of the fake host that fails.</summary>
internal sealed partial class FakeHost
{
    /// <summary>Why <c>ds1</c> cannot be used; null when it can.</summary>
    public string? DatastoreProblem { get; set; }

    /// <summary>Free space of <c>ds1</c>.</summary>
    public long Free { get; set; } = 1 << 29;

    /// <summary>Another name of the second datastore.</summary>
    public string? SecondDatastoreName { get; set; }

    /// <summary>What the host says of a VM, as the real one does while the datastore of its files is away.</summary>
    private VmDescription Read(VmDescription files) => DatastoreProblem is not { } problem ? files : new VmDescription
    {
        VmId = files.VmId, Name = "web", PowerState = files.PowerState, Path = files.Path, Guest = files.Guest, Unread = true,
        Suspect = FaultCodec.ToMessage(new Fault(
            FaultTypes.InvalidState, "lorica.datastoreNotThere", "ds1", problem,
            "Mount it, or correct the host's configuration.")),
    };
}
