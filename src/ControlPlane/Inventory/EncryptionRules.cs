using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Policies;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// The rules of VM encryption, pure. Deciding by policy when no key is named:
/// <code>
/// policy           object      then
/// encryption       plain       encrypt with a new key of the default provider
/// encryption       encrypted   nothing
/// no encryption    encrypted   decrypt
/// no encryption    plain       nothing
/// </code>
/// Recrypt is always explicit. Order of checks: privilege, power, snapshots (none exist yet), encrypted-ness.
/// </summary>
internal static class EncryptionRules
{
    private const string Encrypting = "encrypt";
    private const string Decrypting = "decrypt";

    /// <summary>Decides what <paramref name="policy"/> does to the chosen objects of a VM.</summary>
    /// <param name="policy">Policy to set.</param>
    /// <param name="vm">What the files say.</param>
    /// <param name="home">Choose VM home; with <paramref name="labels"/> null too: everything.</param>
    /// <param name="labels">Choose these disks.</param>
    public static PolicyPlan Decide(StoragePolicy policy, VmDescription vm, bool? home, IReadOnlyList<string>? labels)
    {
        var all = home is null && labels is null;
        var chosenHome = all || home == true;
        var chosen = all ? [.. vm.Disks] : Choose(vm, labels ?? []);
        var policyObjects = chosen.Select(d => d.ObjectId).ToList();
        if (chosenHome)
        {
            policyObjects.Insert(0, vm.VmId);
        }

        return policy.Encryption
            ? Encrypt(vm, chosenHome, chosen, policyObjects)
            : Decrypt(vm, chosenHome, chosen, policyObjects);
    }

    /// <summary>Refuses unless powered off.</summary>
    public static void RequireOff(VmDescription vm)
    {
        if (vm.PowerState != "poweredOff")
        {
            throw new FaultException(new Fault(FaultTypes.InvalidPowerState, "lorica.mustBeOff", vm.Name,
                $"{vm.Name} must be powered off.", $"lorica vm power off {vm.Name}"));
        }
    }

    /// <summary>Refuses unless something of the VM is encrypted, and no other job is half done.</summary>
    public static void RequireRecryptable(VmDescription vm)
    {
        if (!vm.Encrypted && vm.Disks.All(d => !d.Encrypted))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.notEncrypted", vm.Name,
                $"{vm.Name} is not encrypted.", "Set an encryption policy first."));
        }

        RefusePending(vm, Encrypting, "Set the encryption policy again: that finishes it.");
        RefusePending(vm, Decrypting, "Set the policy without encryption again: that finishes it.");
    }

    private static PolicyPlan Encrypt(VmDescription vm, bool home, List<DiskDescription> chosen, List<string> policyObjects)
    {
        var doHome = home && (!vm.Encrypted || vm.PendingJob == Encrypting);
        var disks = chosen.Where(d => !d.Encrypted || d.Transition == Encrypting).ToList();
        if (!doHome && disks.Count == 0)
        {
            return new PolicyPlan(PolicyAction.Nothing, Home: false, [], policyObjects);
        }

        RequireOff(vm);
        RefusePending(vm, Decrypting, "Set the policy without encryption again: that finishes it.");
        if (!vm.Encrypted && !doHome)
        {
            throw Mismatch(vm, "VM home is plain: encrypt it first, or in the same request.");
        }

        return new PolicyPlan(PolicyAction.Encrypt, doHome, disks, policyObjects);
    }

    private static PolicyPlan Decrypt(VmDescription vm, bool home, List<DiskDescription> chosen, List<string> policyObjects)
    {
        var doHome = home && vm.Encrypted;
        var disks = chosen.Where(d => d.Encrypted).ToList();
        if (!doHome && disks.Count == 0)
        {
            return new PolicyPlan(PolicyAction.Nothing, Home: false, [], policyObjects);
        }

        RequireOff(vm);
        RefusePending(vm, Encrypting, "Set the encryption policy again: that finishes it.");
        if (doHome && vm.Disks.Any(d => d.Encrypted && !disks.Contains(d)))
        {
            throw Mismatch(vm, "A disk would stay encrypted under a plain VM home: decrypt it in the same request.");
        }

        return new PolicyPlan(PolicyAction.Decrypt, doHome, disks, policyObjects);
    }

    private static List<DiskDescription> Choose(VmDescription vm, IReadOnlyList<string> labels) =>
        [.. labels.Distinct(StringComparer.Ordinal).Select(l => vm.Disks.FirstOrDefault(d => d.Label == l)
            ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.diskNotFound", vm.Name,
                $"{vm.Name} has no disk {l}.", $"lorica vm show {vm.Name}")))];

    private static void RefusePending(VmDescription vm, string job, string hint)
    {
        if (vm.PendingJob == job)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", vm.Name,
                $"An earlier {job} of {vm.Name} was not finished.", hint));
        }
    }

    private static FaultException Mismatch(VmDescription vm, string message) =>
        new(new Fault(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", vm.Name, $"{vm.Name}: {message}",
            message));
}
