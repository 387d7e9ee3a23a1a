namespace Lorica.Model;

/// <summary>States of a <c>VmRow</c>.</summary>
public static class VmStates
{
    /// <summary>The name is taken, the files are being made.</summary>
    public const string Creating = "creating";

    /// <summary>The name is taken; files that are there already are being verified.</summary>
    public const string Registering = "registering";

    /// <summary>The host has its files.</summary>
    public const string Present = "present";
}
