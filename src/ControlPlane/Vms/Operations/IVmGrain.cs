using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// A VM: one writer. Each operation checks its rules, takes an epoch, writes its task and answers with the task's id; the work
/// goes on in the grain. A refusal leaves nothing behind.
/// </summary>
[Alias("Lorica.IVmGrain")]
public interface IVmGrain : IGrainWithStringKey
{
    /// <summary>Begins an operation.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="kind">Kind of its tasks.</param>
    /// <param name="request">Its request, as JSON.</param>
    /// <param name="asked">Privileges beside those of the operation that the caller was asked for.</param>
    /// <returns>Id of its task.</returns>
    [Alias("BeginAsync")]
    Task<string> BeginAsync(Caller caller, string kind, string request, List<string> asked);

    /// <summary>Takes up the unfinished task of this VM, if nobody works on it.</summary>
    [Alias("ResumeAsync")]
    Task ResumeAsync();
}
