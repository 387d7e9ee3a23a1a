namespace Lorica.Model;

/// <summary>Whether a VM is powered on. <see cref="HostWords"/> has the words.</summary>
public enum PowerState
{
    /// <summary>It is off.</summary>
    Off,

    /// <summary>It is on, whatever its guest does.</summary>
    On,
}
