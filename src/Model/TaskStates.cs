namespace Lorica.Model;

/// <summary>States of a task.</summary>
public static class TaskStates
{
    /// <summary>Accepted.</summary>
    public const string Queued = "queued";

    /// <summary>Under way.</summary>
    public const string Running = "running";

    /// <summary>Done.</summary>
    public const string Succeeded = "succeeded";

    /// <summary>Ended with a fault.</summary>
    public const string Failed = "failed";

    /// <summary>Ended because somebody asked for that.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Whether a task in <paramref name="state"/> has ended.</summary>
    public static bool Ended(string state) => state is Succeeded or Failed or Cancelled;
}
