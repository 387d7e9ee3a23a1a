namespace Lorica.Host.Jobs;

/// <summary>The words of <see cref="JobState"/>, on the wire and in metrics.</summary>
internal static class JobStates
{
    public static string Name(this JobState state) => state switch
    {
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state of a job without a word."),
    };
}
