namespace Lorica.Host.Jobs;

/// <summary>State of a job; <see cref="JobStates"/> has the words.</summary>
internal enum JobState
{
    Running,
    Succeeded,
    Failed,
}
