using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary>Virtual machines in words.</summary>
internal static class VmText
{
    public static string Power(VmModel vm) => vm.PowerState switch
    {
        "poweredOn" when vm.Guest == "ioError" => "on, stands still",
        "poweredOn" when vm.Guest == "paused" => "on, paused",
        "poweredOn" => "on",
        "poweredOff" => "off",
        _ => vm.PowerState,
    };

    public static string State(VmModel vm)
    {
        if (vm.Suspect is not null)
            return "SUSPECT";
        if (vm.Unreadable is not null)
            return "UNREADABLE";
        if (vm.CryptoState == "locked")
            return "LOCKED";
        return vm.Task is null ? "ok" : "working";
    }

    public static string Key(KeyModel? key) => key is null ? "" : $"{key.Provider}/{key.Id}";
}
