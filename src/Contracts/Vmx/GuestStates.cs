namespace Lorica.Contracts.Vmx;

/// <summary>The words of <see cref="GuestState"/>, from vmx to host and from host to center.</summary>
public static class GuestStates
{
    /// <summary>The word of a state.</summary>
    public static string Name(this GuestState state) => state switch
    {
        GuestState.Starting => "starting",
        GuestState.Running => "running",
        GuestState.Paused => "paused",
        GuestState.IoError => "ioError",
        GuestState.Ended => "ended",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state of a guest without a word."),
    };

    /// <summary>The state of a word; null for what is none: a vmx is trusted less than who reads it.</summary>
    public static GuestState? Parse(string? word) => word switch
    {
        "starting" => GuestState.Starting,
        "running" => GuestState.Running,
        "paused" => GuestState.Paused,
        "ioError" => GuestState.IoError,
        "ended" => GuestState.Ended,
        _ => null,
    };
}
