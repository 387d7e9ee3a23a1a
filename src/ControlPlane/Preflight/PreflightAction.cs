namespace Lorica.ControlPlane.Preflight;

/// <summary>Operations that are checked before they begin.</summary>
internal enum PreflightAction
{
    /// <summary>In place: data is rewritten, a side file beside it.</summary>
    Encrypt,

    /// <summary>In place: data is rewritten, a side file beside it.</summary>
    Decrypt,

    /// <summary>A new KEK, data untouched.</summary>
    RecryptShallow,

    /// <summary>A new DEK, data rewritten.</summary>
    RecryptDeep,

    /// <summary>A copy at another place.</summary>
    Clone,

    /// <summary>To another host: small files only, but between two hosts there must be room for them.</summary>
    Migrate,

    /// <summary>A new VM; how much room its disks take the host says.</summary>
    Create,
}
