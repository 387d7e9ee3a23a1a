namespace Lorica.Host.Power;

/// <summary>States of a guest as a vmx reports them.</summary>
internal static class GuestStates
{
    public const string Starting = "starting";
    public const string Running = "running";
    public const string Paused = "paused";
    public const string IoError = "ioError";
    public const string Ended = "ended";

    /// <summary>A state as it goes to the center: the vmx is trusted less, so what is none of these is nothing.</summary>
    public static string Known(string? guest) => guest is Starting or Running or Paused or IoError or Ended ? guest : "";
}
