using Lorica.Contracts.Host;

namespace Lorica.Host.Home;

/// <summary><see cref="PowerState"/> on the wire.</summary>
internal static class PowerStates
{
    /// <summary>To the wire.</summary>
    public static VmPowerState ToMessage(this PowerState member) => member switch
    {
        PowerState.Off => VmPowerState.Off,
        PowerState.On => VmPowerState.On,
        _ => throw new ArgumentOutOfRangeException(nameof(member), member, "A member that the wire does not know."),
    };
}
