namespace Lorica.Contracts.Vmx;

/// <summary>The words of <see cref="GuestEnd"/>, from vmx to host.</summary>
public static class GuestEnds
{
    /// <summary>The word of an end; empty while there is none.</summary>
    public static string Name(this GuestEnd end) => end switch
    {
        GuestEnd.None => "",
        GuestEnd.GuestShutdown => "guestShutdown",
        GuestEnd.PoweredOff => "poweredOff",
        GuestEnd.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "An end of a guest without a word."),
    };
}
