namespace Lorica.Host.Home;

/// <summary>Power state of a VM; <see cref="PowerStates"/> has those of the wire.</summary>
internal enum PowerState
{
    Off,
    On,
}
