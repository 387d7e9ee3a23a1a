namespace Lorica.ControlPlane.Vms.Files;

/// <summary>What the files say of a task that changes them. Only <see cref="No"/> lets a refusal withdraw what it made.</summary>
internal enum WorkBegun
{
    /// <summary>Nothing of them was changed for it.</summary>
    No,

    /// <summary>They are in the middle of it, or as it leaves them: without its keys nobody opens them again.</summary>
    Yes,

    /// <summary>They cannot be read just now, or are not what they were: they may be in the middle of it.</summary>
    Unknown,
}
