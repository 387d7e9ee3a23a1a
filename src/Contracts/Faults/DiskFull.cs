namespace Lorica.Contracts.Faults;

/// <summary>Tells a full disk, and a quota that is used up, from what should not fail.</summary>
public static class DiskFull
{
    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT
    private const int Extended = 0x70; // what .NET makes of ENOSPC when a file is extended

    /// <summary>Whether <paramref name="exception"/> itself says so; not what is inside it.</summary>
    public static bool Is(Exception exception) =>
        exception is IOException && (exception.HResult is NoSpace or QuotaExceeded || (exception.HResult & 0xffff) == Extended);

    /// <summary>The fault for a state folder.</summary>
    public static Fault Of(string folder) => new(FaultTypes.NoDiskSpace, "lorica.stateFull", folder,
        $"No space left on {folder}.", "Make room there, then ask again: what could not be written was not done.");
}
