namespace Lorica.Host.Service;

/// <summary>The words of <see cref="VmChange"/> on the wire.</summary>
internal static class VmChanges
{
    public static string Name(this VmChange change) => change switch
    {
        VmChange.PoweredOn => "poweredOn",
        VmChange.PoweredOff => "poweredOff",
        VmChange.GuestEnded => "guestEnded",
        VmChange.VmxRestarted => "vmxRestarted",
        VmChange.IoError => "ioError",
        VmChange.GuestGoesOn => "guestGoesOn",
        VmChange.WritesLost => "writesLost",
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "A change of a VM without a word."),
    };
}
