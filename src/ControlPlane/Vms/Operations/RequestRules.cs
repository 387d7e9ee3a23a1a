using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Bounds of what requests name.</summary>
internal static class RequestRules
{
    private const int MaximumDisks = 64;
    private const int MaximumKeys = MaximumDisks + 1;

    /// <summary>Labels of disks.</summary>
    public static void CheckDisks(string vm, IReadOnlyList<string>? disks)
    {
        if (disks is { Count: > MaximumDisks } || disks?.Any(d => d is null) == true)
        {
            throw Invalid("lorica.disks", vm, $"The disks are labels, at most {MaximumDisks}.");
        }
    }

    /// <summary>Keys.</summary>
    public static void CheckKeys(string vm, IReadOnlyList<KeySpec> keys)
    {
        if (keys.Count > MaximumKeys || keys.Any(k => k is null || k.Objects.Any(o => o is null)))
        {
            throw Invalid("lorica.keys", vm, $"At most {MaximumKeys} keys are named.");
        }
    }

    /// <summary>A request that says what no request may say.</summary>
    public static FaultException Invalid(string key, string target, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, key, target, message, "Correct the request."));
}
