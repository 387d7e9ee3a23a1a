namespace Lorica.Host.Home;

/// <summary>The words of <see cref="PowerState"/> on the wire.</summary>
internal static class PowerStates
{
    public static string Name(this PowerState state) => state switch
    {
        PowerState.Off => "poweredOff",
        PowerState.On => "poweredOn",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A power state without a word."),
    };
}
