using System.Reflection;

namespace Lorica.ControlPlane.Telemetry;

/// <summary>Facts about this build.</summary>
public static class ThisAssembly
{
    /// <summary>Version of the product.</summary>
    public static string Version { get; } =
        typeof(ThisAssembly).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split(
            '+')[0] ?? "0";
}
