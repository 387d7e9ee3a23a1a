namespace Lorica.Contracts.Configs;

/// <summary>Who may add a host to those that the broker seals keys to.</summary>
public static class HostPinning
{
    /// <summary>The center may pin a host that was never pinned before. What <c>lorica up</c> writes.</summary>
    public const string Center = "center";

    /// <summary>Only whoever works on the broker's machine: by its configuration, or by <c>lorica-broker pin</c>.</summary>
    public const string Operator = "operator";
}
