namespace Lorica.Contracts.Trust;

/// <summary>Roles that certificates of the center's CA carry as their organizational unit.</summary>
public static class Roles
{
    /// <summary>The control plane.</summary>
    public const string Center = "center";

    /// <summary>A machine that runs VMs.</summary>
    public const string Host = "host";

    /// <summary>The holder of KEKs in transit.</summary>
    public const string Broker = "broker";

    /// <summary>The embedded key server.</summary>
    public const string Kms = "kms";
}
