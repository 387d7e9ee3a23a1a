namespace Lorica.Host.Jobs;

/// <summary>States of a job on the wire.</summary>
internal static class JobStates
{
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
}
