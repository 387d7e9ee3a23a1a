namespace Lorica.Model;

/// <summary>Kinds of tasks on hosts and on the tree.</summary>
public static class HostTaskKinds
{
    /// <summary>Join.</summary>
    public const string Add = "host.add";

    /// <summary>Remove.</summary>
    public const string Remove = "host.remove";

    /// <summary>Move in the tree.</summary>
    public const string Move = "host.move";

    /// <summary>Enter maintenance.</summary>
    public const string EnterMaintenance = "host.enterMaintenance";

    /// <summary>Leave maintenance.</summary>
    public const string ExitMaintenance = "host.exitMaintenance";

    /// <summary>Make a datacenter, cluster or folder.</summary>
    public const string CreateContainer = "container.create";

    /// <summary>Rename one.</summary>
    public const string RenameContainer = "container.rename";

    /// <summary>Move one with all that is in it.</summary>
    public const string MoveContainer = "container.move";

    /// <summary>Delete one that is empty.</summary>
    public const string DeleteContainer = "container.delete";

    /// <summary>Prepare for encryption mode.</summary>
    public const string PrepareCrypto = "host.crypto.prepare";

    /// <summary>Put into encryption mode.</summary>
    public const string EnableCrypto = "host.crypto.enable";

    /// <summary>New host key.</summary>
    public const string RotateKey = "host.crypto.rotate";

    /// <summary>Out of encryption mode.</summary>
    public const string DisableCrypto = "host.crypto.disable";
}
