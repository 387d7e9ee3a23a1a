using Lorica.Contracts.Host;

namespace Lorica.Host.Jobs;

/// <summary><see cref="JobState"/> on the wire, and its words in metrics.</summary>
internal static class JobStates
{
    public static string Name(this JobState state) => state switch
    {
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state of a job without a word."),
    };

    /// <summary>To the wire.</summary>
    public static HostJobState ToMessage(this JobState member) => member switch
    {
        JobState.Running => HostJobState.Running,
        JobState.Succeeded => HostJobState.Succeeded,
        JobState.Failed => HostJobState.Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(member), member, "A member that the wire does not know."),
    };
}
