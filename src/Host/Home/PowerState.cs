namespace Lorica.Host.Home;

/// <summary>Power state of a VM; <see cref="PowerStates"/> has the words.</summary>
internal enum PowerState
{
    Off,
    On,
}
