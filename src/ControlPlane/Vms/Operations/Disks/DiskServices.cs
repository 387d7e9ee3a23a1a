using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;

namespace Lorica.ControlPlane.Vms.Operations.Disks;

/// <summary>What every operation on a disk uses.</summary>
internal sealed record DiskServices(
    HostSteps Hosts, VmLookup Lookup, VmDescriptionCache Snapshots, KeyRegister Register, KeyClaims Claims,
    EventLog Events, IGrainFactory Grains, HostCrypto HostCrypto, DiskRules Rules);
