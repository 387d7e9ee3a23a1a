using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Home;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>Taking jobs back.</summary>
internal sealed partial class JobService
{
    /// <summary>
    /// Takes a job back: it ends as failed a moment later and leaves nothing. One that is not known is not begun afterwards by a
    /// call that is here already; who asks for it anew begins it.
    /// </summary>
    public JobDescription Cancel(string id)
    {
        Job? job;
        List<JobArrival> arriving;
        lock (_gate)
        {
            job = _jobs.GetValueOrDefault(id);
            arriving = job is null ? _arriving.FindAll(a => a.Id == id) : [];
            arriving.ForEach(a => a.TakeBack());
        }

        arriving.ForEach(a => a.Stop());
        if (job is null)
            throw Refuse.JobNotFound(id);
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
