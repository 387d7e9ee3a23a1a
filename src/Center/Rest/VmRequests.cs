using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Operations.AddDisk;
using Lorica.ControlPlane.Vms.Operations.AttachDisk;
using Lorica.ControlPlane.Vms.Operations.CloneVm;
using Lorica.ControlPlane.Vms.Operations.PowerOff;
using Lorica.ControlPlane.Vms.Operations.PowerOn;
using Lorica.ControlPlane.Vms.Operations.RecryptVm;
using Lorica.ControlPlane.Vms.Operations.RegisterVm;
using Lorica.ControlPlane.Vms.Operations.SetPolicy;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Requests of operations, from the bodies in which REST carries them.</summary>
internal static class VmRequests
{
    /// <summary>Of a power action.</summary>
    public static object ToRequest(string vm, PowerBody body) => (body.Action, body.Fenced) switch
    {
        ("on" or "off", _) when body.TimeoutSeconds is < 0 or > PowerOffRequest.MaximumTimeout =>
            throw Invalid("lorica.timeout", vm, $"The time-out is 0 to {PowerOffRequest.MaximumTimeout} seconds."),
        ("on", _) => new PowerOnRequest(body.Fenced),
        ("off", false) => new PowerOffRequest(body.Hard, body.TimeoutSeconds),
        ("off", true) => throw Invalid("lorica.fenced", vm, "That a host is fenced is said when a VM is powered on."),
        _ => throw Invalid("lorica.powerAction", vm, "The action is on or off."),
    };

    /// <summary>Of a policy to set.</summary>
    public static SetPolicyRequest ToRequest(string vm, SetPolicyBody body) => new()
    {
        Policy = body.Policy, Home = body.Home, Disks = body.Disks, Force = body.Force, Provider = body.Provider,
        Keys = ToKeys(body.Keys, vm),
        Crypto = body.Crypto switch
        {
            null => CryptoRequest.None,
            "encrypt" => CryptoRequest.Encrypt,
            "decrypt" => CryptoRequest.Decrypt,
            _ => throw Invalid("lorica.crypto", vm, "`expects` must be `encrypt` or `decrypt`."),
        },
    };

    /// <summary>Of a recrypt.</summary>
    public static RecryptVmRequest ToRequest(string vm, RecryptBody body) => new(
        body.Mode switch
        {
            "deep" => true,
            "shallow" => false,
            _ => throw Invalid("lorica.recryptMode", vm, "The mode is shallow or deep."),
        },
        body.Home, body.Disks, body.Force, ToKeys(body.Keys, vm));

    /// <summary>Of a clone.</summary>
    public static CloneVmRequest ToRequest(string vm, CloneVmBody body) =>
        new(body.Name, body.Datastore, body.Policy, ToKeys(body.Keys, vm));

    /// <summary>Of a new disk.</summary>
    public static AddDiskRequest ToRequest(AddDiskBody body) => new()
    {
        Label = body.Label ?? "", Capacity = body.Capacity, Provisioning = body.Provisioning ?? "thin",
        Policy = body.Policy ?? "", Provider = body.NewKeyFrom ?? "",
    };

    /// <summary>Of a disk to attach.</summary>
    public static AttachDiskRequest ToRequest(AttachDiskBody body) => new()
    {
        Label = body.Label ?? "", Path = body.Path, Policy = body.Policy ?? "", Shared = body.Shared,
    };

    /// <summary>Of a VM to register.</summary>
    public static RegisterVmRequest ToRequest(RegisterVmBody body) => new()
    {
        Path = body.Path, Host = body.Host, Folder = body.Folder, Name = body.Name, AcceptOlder = body.AcceptOlder,
        AcceptChanged = body.AcceptChanged, Fenced = body.Fenced,
    };

    /// <summary>Of a VM to make.</summary>
    public static NewVm ToRequest(CreateVmBody body) => new()
    {
        Name = body.Name, Policy = body.Policy, Host = body.Host, Folder = body.Folder, Datastore = body.Datastore,
        Cpus = body.Cpus, MemoryMib = body.MemoryMib, Firmware = body.Firmware,
        Keys = body.Keys is null ? null : ToKeys(body.Keys, body.Name),
        Disks = [.. (body.Disks ?? []).Select(
            d => d is null ? throw Invalid("lorica.disks", body.Name, "A disk is missing.")
                : new NewDisk(d.Capacity, d.Provisioning, d.Data))],
    };

    private static List<KeySpec> ToKeys(IReadOnlyList<KeySpecBody>? keys, string vm)
    {
        if (keys?.Any(k => k is null || k.Objects?.Any(o => o is null) == true) == true)
        {
            throw Invalid("lorica.keys", vm, "A key, or an object of one, is missing.");
        }

        return [.. (keys ?? []).Select(k => new KeySpec([.. k.Objects ?? []], k.Provider, k.KeyId))];
    }

    private static FaultException Invalid(string key, string target, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, key, target, message, "Correct the request."));
}
