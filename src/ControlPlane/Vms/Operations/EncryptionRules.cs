using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Policies;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// The rules of VM encryption, pure. What a policy comes to at each object is <see cref="PolicyDecision"/>. Order of checks:
/// privilege (before, by <see cref="VmService"/>), power, snapshots, encrypted-ness.
/// </summary>
internal static class EncryptionRules
{
    /// <summary>Decides what <paramref name="policy"/> does to the chosen objects of a VM.</summary>
    /// <param name="policy">Policy to set.</param>
    /// <param name="vm">What the files say.</param>
    /// <param name="home">Choose VM home; with <paramref name="labels"/> null too: everything.</param>
    /// <param name="labels">Choose these disks.</param>
    /// <param name="request">What the request expects.</param>
    public static PolicyPlan Decide(
        StoragePolicy policy, VmFiles vm, bool? home, IReadOnlyList<string>? labels,
        CryptoRequest request = CryptoRequest.None)
    {
        bool all = home is null && labels is null;
        bool chosenHome = all || home == true;
        var chosen = all ? [.. vm.Disks] : Choose(vm, labels ?? []);
        var policyObjects = chosen.Select(d => d.ObjectId).ToList();
        if (chosenHome)
        {
            policyObjects.Insert(0, vm.VmId);
        }

        // What a broken-off encryption left half done is not encrypted yet.
        bool Is(bool encrypted, UnfinishedWork? transition) =>
            encrypted && !(policy.Encryption && transition == UnfinishedWork.Encrypt);
        PolicyVerdict? homeVerdict = chosenHome
            ? PolicyDecision.Of(request, policy.Encryption, Is(vm.Encrypted, vm.PendingJob)) : null;
        var verdicts = chosen.Select(
            d => (Disk: d, Verdict: PolicyDecision.Of(request, policy.Encryption, Is(d.Encrypted, d.Transition)))).ToList();
        if (homeVerdict == PolicyVerdict.BadPolicy || verdicts.Exists(v => v.Verdict == PolicyVerdict.BadPolicy))
        {
            throw BadPolicy(policy, vm, request);
        }

        if (homeVerdict is null or PolicyVerdict.Nothing && verdicts.TrueForAll(v => v.Verdict == PolicyVerdict.Nothing))
        {
            return new PolicyPlan(PolicyAction.Nothing, Home: false, [], policyObjects);
        }

        RequireOff(vm);
        RequireNoSnapshots(vm);
        RefusePending(vm, policy.Encryption ? UnfinishedWork.Decrypt : UnfinishedWork.Encrypt,
            policy.Encryption ? "Set the policy without encryption again: that finishes it."
                : "Set the encryption policy again: that finishes it.");
        RefuseHome(vm, homeVerdict);
        foreach (var (disk, verdict) in verdicts)
        {
            RefuseDisk(disk, verdict);
        }

        var wanted = policy.Encryption ? PolicyVerdict.Encrypt : PolicyVerdict.Decrypt;
        bool doHome = homeVerdict == wanted;
        var disks = verdicts.Where(v => v.Verdict == wanted).Select(v => v.Disk).ToList();
        if (policy.Encryption && !vm.Encrypted && !doHome)
        {
            throw Mismatch(vm, "VM home is plain: encrypt it first, or in the same request.");
        }

        if (!policy.Encryption && doHome && vm.Disks.Any(d => d.Encrypted && !disks.Contains(d)))
        {
            throw Mismatch(vm, "A disk would stay encrypted under a plain VM home: decrypt it in the same request.");
        }

        return new PolicyPlan(policy.Encryption ? PolicyAction.Encrypt : PolicyAction.Decrypt, doHome, disks, policyObjects);
    }

    /// <summary>Refuses while there are snapshots.</summary>
    public static void RequireNoSnapshots(VmFiles vm)
    {
        if (vm.Snapshots > 0)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.snapshots", vm.Name,
                $"{vm.Name} has {vm.Snapshots} snapshots.", "Delete them, then ask again."));
        }
    }

    /// <summary>Refuses unless powered off.</summary>
    public static void RequireOff(VmFiles vm)
    {
        if (vm.PowerState != PowerState.Off)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidPowerState, "lorica.mustBeOff", vm.Name,
                $"{vm.Name} must be powered off.", $"lorica vm power off {vm.Name}"));
        }
    }

    /// <summary>
    /// What a recrypt changes: what is named, or everything that is encrypted. Order of checks:
    /// power, snapshots (deep), encrypted-ness.
    /// </summary>
    public static (bool Home, List<VmDisk> Disks) Recryptable(VmFiles vm, RecryptVm.RecryptVmRequest command)
    {
        if (command.Deep)
        {
            RequireOff(vm);
            RequireNoSnapshots(vm);
        }

        RefusePending(vm, UnfinishedWork.Encrypt, "Set the encryption policy again: that finishes it.");
        RefusePending(vm, UnfinishedWork.Decrypt, "Set the policy without encryption again: that finishes it.");
        if (command.Deep)
        {
            RefusePending(vm, UnfinishedWork.Recrypt, $"lorica vm recrypt {vm.Name} --shallow finishes it.");
        }
        else if (vm.PendingJob == UnfinishedWork.Rekey)
        {
            throw PendingRekey(vm.Name);
        }

        bool all = command.Home is null && command.Disks is null;
        if (all && !vm.Encrypted && vm.Disks.All(d => !d.Encrypted) || command.Home == true && !vm.Encrypted)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.notEncrypted", vm.Name,
                $"{vm.Name} is not encrypted.", "Set an encryption policy first."));
        }

        // What is half done is finished as it was begun.
        if (all || vm.PendingJob is not null)
        {
            return (vm.Encrypted, [.. vm.Disks.Where(d => d.Encrypted)]);
        }

        var disks = Choose(vm, command.Disks ?? []);
        if (disks.Find(d => !d.Encrypted) is { } plain)
        {
            throw NotEncrypted(plain);
        }

        return (command.Home == true, disks);
    }

    /// <summary>The refusal of a disk that is not encrypted.</summary>
    public static FaultException NotEncrypted(VmDisk disk) => new(new Fault(FaultTypes.InvalidDeviceOperation,
        "msg.hostd.deviceSpec.enc.notEncrypted", disk.Path, $"{disk.Path} is not encrypted.", "Set an encryption policy first."));

    /// <summary>The refusal of a disk that is encrypted.</summary>
    public static FaultException AlreadyEncrypted(VmDisk disk) => new(new Fault(FaultTypes.InvalidDeviceOperation,
        "msg.hostd.deviceSpec.enc.encrypted", disk.Path, $"{disk.Path} is encrypted already.", "Recrypt it to change its key."));

    /// <summary>The refusal while a deep recrypt is half done.</summary>
    public static FaultException PendingRekey(string vm) => new(new Fault(FaultTypes.InvalidState, "lorica.jobPending", vm,
        $"An earlier deep recrypt of {vm} was not finished.", $"lorica vm recrypt {vm} --deep finishes it."));

    private static void RefuseHome(VmFiles vm, PolicyVerdict? verdict)
    {
        if (verdict is PolicyVerdict.AlreadyEncrypted or PolicyVerdict.NotEncrypted)
        {
            var (key, message) = verdict == PolicyVerdict.AlreadyEncrypted
                ? ("msg.hostd.configSpec.enc.encrypted", "is encrypted already")
                : ("msg.hostd.configSpec.enc.notEncrypted", "is not encrypted");
            throw new FaultException(new Fault(FaultTypes.InvalidVmConfig, key, vm.Name, $"{vm.Name} {message}.",
                "Leave VM home out of the request, or let the policy decide."));
        }
    }

    private static void RefuseDisk(VmDisk disk, PolicyVerdict verdict)
    {
        if (verdict is PolicyVerdict.AlreadyEncrypted or PolicyVerdict.NotEncrypted)
        {
            var (key, message) = verdict == PolicyVerdict.AlreadyEncrypted
                ? ("msg.hostd.deviceSpec.enc.encrypted", "is encrypted already")
                : ("msg.hostd.deviceSpec.enc.notEncrypted", "is not encrypted");
            throw new FaultException(new Fault(FaultTypes.InvalidDeviceOperation, key, disk.Path, $"Disk {disk.Path} {message}.",
                "Leave this disk out of the request, or let the policy decide."));
        }
    }

    private static FaultException BadPolicy(StoragePolicy policy, VmFiles vm, CryptoRequest request) => new(new Fault(
        FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.badPolicy", vm.Name,
        request == CryptoRequest.Encrypt
            ? $"\"{policy.Name}\" has no encryption rule, so {vm.Name} cannot be encrypted under it."
            : $"\"{policy.Name}\" has an encryption rule, so {vm.Name} cannot be decrypted under it.",
        "Choose a policy that says what the request says."));

    private static List<VmDisk> Choose(VmFiles vm, IReadOnlyList<string> labels) =>
        [.. labels.Distinct(StringComparer.Ordinal).Select(l => vm.Disks.FirstOrDefault(d => d.Label == l)
            ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.diskNotFound", vm.Name,
                $"{vm.Name} has no disk {l}.", $"lorica vm show {vm.Name}")))];

    private static void RefusePending(VmFiles vm, UnfinishedWork job, string hint)
    {
        if (vm.PendingJob == job)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", vm.Name,
                $"An earlier {job.Word()} of {vm.Name} was not finished.", hint));
        }
    }

    private static FaultException Mismatch(VmFiles vm, string message) =>
        new(new Fault(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", vm.Name, $"{vm.Name}: {message}",
            message));

    /// <summary>Off, without snapshots, and not in the middle of something.</summary>
    public static void RequireWhole(VmFiles files)
    {
        RequireOff(files);
        RequireNoSnapshots(files);
        if (files.PendingJob is not null)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", files.Name,
                $"An earlier {files.PendingJob?.Word()} of {files.Name} was not finished.",
                    "Finish it first: ask for it again."));
        }
    }

    /// <summary>Every disk has an object id: its keys are recorded under it.</summary>
    public static void RequireObjectIds(VmFiles files, IEnumerable<VmDisk> disks)
    {
        if (disks.FirstOrDefault(d => !Guid.TryParseExact(d.ObjectId, "D", out _)) is { } disk)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidDeviceOperation, "lorica.noObjectId", disk.Path,
                $"{disk.Path} of {files.Name} has no object id.", "See the VM's VMX file."));
        }
    }
}
