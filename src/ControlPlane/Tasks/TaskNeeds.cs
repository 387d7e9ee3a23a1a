namespace Lorica.ControlPlane.Tasks;

/// <summary>
/// What a task on a VM needs of its caller: asked for when it is requested, in the transaction that begins it, and when it is
/// taken up again.
/// </summary>
/// <param name="Privileges">
/// In the order in which they are asked for; each at the VM, or where <see cref="IsAtFolder"/> says.
/// </param>
public sealed record TaskNeeds(IReadOnlyList<string> Privileges)
{
    /// <summary>A task of which nothing is asked.</summary>
    public static TaskNeeds None { get; } = new([]);

    /// <summary>Asked at the VM too when it is encrypted; null for none.</summary>
    public string? WhenEncrypted { get; init; }

    /// <summary>The VM comes with the task, so everything is asked at the folder where it is to be.</summary>
    public bool IsNew { get; init; }

    /// <summary>It puts files on a datastore: <c>Datastore.AllocateSpace</c> at the datacenter of the host too.</summary>
    public bool TakesSpace { get; init; }

    /// <summary>Whether a privilege is about the folder in which the VM is, and not about the VM.</summary>
    public static bool IsAtFolder(string privilege) =>
        privilege is Model.Privileges.EncryptNew or Model.Privileges.CryptoRegisterVm or Model.Privileges.CreateVmFromExisting;
}
