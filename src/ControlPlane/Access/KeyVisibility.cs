using Lorica.Contracts.Rest;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Whoever sees a VM sees that it is encrypted, and runs it. With which key of which provider is shown only to who holds
/// Cryptographer.ReadKeyServersInfo at the root. A key that is out of reach is named to everybody who sees the VM: its name is no
/// secret (it stands readable in the files) and is where help begins.
/// </summary>
internal static class KeyVisibility
{
    /// <summary>The model as somebody without the privilege sees it.</summary>
    public static VmModel WithoutKeys(VmModel vm) =>
        vm with { Key = null, Disks = [.. vm.Disks.Select(d => d with { Key = null })] };

    /// <summary>The same of a host: which keys it holds.</summary>
    public static HostModel WithoutKeys(HostModel host) => host with { Keys = [] };
}
