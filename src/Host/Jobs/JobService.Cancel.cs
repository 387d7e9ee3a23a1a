using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Home;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>Taking jobs back.</summary>
internal sealed partial class JobService
{
    /// <summary>Takes a job back: it ends as failed a moment later and leaves nothing.</summary>
    public JobDescription Cancel(string id)
    {
        var job = Find(id) ?? throw Refuse.JobNotFound(id);
        if (!job.TryCancel() && job.IsRunning)
        {
            throw Refuse.With(FaultTypes.InvalidState, "lorica.cannotCancel", id,
                $"The {job.Kind.Word()} cannot be taken back any more: what it changes is between two states, and only its end "
                    + "makes it whole.",
                "Wait for its end; then undo it by the operation that does the opposite.");
        }

        return job.Snapshot().Description;
    }
}
