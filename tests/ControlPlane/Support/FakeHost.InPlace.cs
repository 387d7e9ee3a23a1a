using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Jobs that leave their marks in the files as those of a real host do, from their first step on.</summary>
internal sealed partial class FakeHost
{
    /// <summary>
    /// A job in place marks the VMX, has its first object under the new key and its first disk half way before it is said to
    /// run, is not taken back, and goes on only with the keys that the files name.
    /// </summary>
    public bool InPlace { get; set; }

    /// <summary>Runs when a job was started, before the answer.</summary>
    public Action? OnStarted { get; set; }

    private static bool IsInPlace(string kind) => kind is not ("clone" or "relocate");

    private static (KeyRef? Key, string Kcv) KeyOf(StartJobRequest request, string id) => request.Kind == "decrypt" ? (null, "")
        : request.Keys.FirstOrDefault(k => k.ObjectId == id) is { } own
        ? (own.Key, own.Kcv) : (request.NewKey, request.NewKcv);

    private void Begin(VmDescription vm, StartJobRequest request)
    {
        if (!IsInPlace(request.Kind))
        {
            return;
        }

        if (vm.Disks.Select(d => d.Key).Append(vm.Key).Any(k => k is not null && !Keys.ContainsKey(Name(k))))
        {
            throw FaultCodec.ToRpc(new Fault(
                FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", request.VmId, "key missing"));
        }

        string word = request.Kind switch
        {
            "recryptShallow" => "recrypt",
            "recryptDeep" => "rekey",
            var kind => kind,
        };
        if (vm.PendingJob.Length > 0)
        {
            return;
        }

        vm.PendingJob = word;
        var disk = vm.Disks.FirstOrDefault(d => request.AllDisks || request.Disks.Contains(d.Label));
        if (request.Home && word is "encrypt" or "recrypt")
        {
            (vm.Key, vm.Kcv) = KeyOf(request, vm.VmId);
            (vm.Encrypted, vm.Generation) = (true, vm.Generation + 1);
        }

        if (disk is not null && word is "encrypt" or "rekey")
        {
            (disk!.Key, disk.Kcv) = KeyOf(request, disk.ObjectId);
            (disk.Encrypted, disk.Generation) = (true, disk.Generation + 1);
        }

        if (disk is not null && word != "recrypt")
        {
            disk.Transition = word;
        }
    }
}
