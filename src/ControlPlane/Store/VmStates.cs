namespace Lorica.ControlPlane.Store;

/// <summary>States of a <see cref="VmRow"/>.</summary>
public static class VmStates
{
    /// <summary>The name is taken, the files are being made.</summary>
    public const string Creating = "creating";

    /// <summary>The host has its files.</summary>
    public const string Present = "present";
}
