using Lorica.ControlPlane.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// A VM: one writer. Each operation checks its rules, takes an epoch, writes its task and answers with the task's id; the work
/// goes on in the grain. A refusal leaves nothing behind.
/// </summary>
[Alias("Lorica.IVmGrain")]
public interface IVmGrain : IGrainWithStringKey
{
    /// <summary>Sets a storage policy; encrypts or decrypts what that changes.</summary>
    [Alias("SetPolicyAsync")]
    Task<string> SetPolicyAsync(Caller caller, SetPolicyCommand command);

    /// <summary>New KEKs; deep: new DEKs too.</summary>
    [Alias("RecryptAsync")]
    Task<string> RecryptAsync(Caller caller, RecryptCommand command);

    /// <summary>Makes a full clone.</summary>
    [Alias("CloneAsync")]
    Task<string> CloneAsync(Caller caller, CloneCommand command);

    /// <summary>Moves to another datastore or disk format.</summary>
    [Alias("RelocateAsync")]
    Task<string> RelocateAsync(Caller caller, RelocateCommand command);

    /// <summary>Powers on or off.</summary>
    [Alias("PowerAsync")]
    Task<string> PowerAsync(Caller caller, PowerCommand command);

    /// <summary>Deletes the VM and its files.</summary>
    [Alias("DeleteAsync")]
    Task<string> DeleteAsync(Caller caller);

    /// <summary>Unregister, rename, migrate, and changes of disks.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="kind">One of <see cref="Model.TaskKinds"/>.</param>
    /// <param name="arguments">What is asked.</param>
    [Alias("LifeAsync")]
    Task<string> LifeAsync(Caller caller, string kind, Model.LifeArguments arguments);

    /// <summary>Takes up the unfinished task of this VM, if nobody works on it.</summary>
    [Alias("ResumeAsync")]
    Task ResumeAsync();
}
