using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;

namespace Lorica.ControlPlane.Vms.Operations.Disks;

/// <summary>What every operation on a disk uses.</summary>
internal sealed record DiskServices(
    HostLinks Links, VmLookup Lookup, VmDescriptionCache Snapshots, KeyRegister Register, LifeCalls Calls, EventLog Events,
    IGrainFactory Grains, HostCrypto HostCrypto, DiskRules Rules);
