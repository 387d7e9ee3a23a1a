namespace Lorica.Host.Jobs;

/// <summary>The work of one kind of job.</summary>
internal interface IJobWork
{
    /// <summary>
    /// Refuses what cannot be done. Changes nothing but an interrupted recrypt, which it may put right. Runs before the job
    /// counts as started.
    /// </summary>
    void Check(JobContext context);

    /// <summary>Whether it leaves nothing when it is taken back before <see cref="Job.Settle"/>.</summary>
    bool CanBeCancelled => false;

    /// <summary>Does it, or goes on where an interrupted one stopped.</summary>
    Task RunAsync(JobContext context, CancellationToken ct);
}
