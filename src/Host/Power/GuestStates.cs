namespace Lorica.Host.Power;

/// <summary>States of a guest as a vmx reports them.</summary>
internal static class GuestStates
{
    public const string Starting = "starting";
    public const string Running = "running";
    public const string Paused = "paused";
    public const string IoError = "ioError";
    public const string Ended = "ended";
}
