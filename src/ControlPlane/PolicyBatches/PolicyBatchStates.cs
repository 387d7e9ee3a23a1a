namespace Lorica.ControlPlane.PolicyBatches;

/// <summary>States of one VM while a policy is applied to many.</summary>
internal static class PolicyBatchStates
{
    public const string Waiting = "waiting";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    public static bool Ended(string state) => state is Succeeded or Failed;
}
