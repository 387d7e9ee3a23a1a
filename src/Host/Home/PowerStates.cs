namespace Lorica.Host.Home;

/// <summary>Power states of a VM on the wire.</summary>
internal static class PowerStates
{
    public const string On = "poweredOn";
    public const string Off = "poweredOff";
}
