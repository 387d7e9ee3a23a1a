using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.RecryptVm;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Policies;

public sealed class EncryptionRulesTests
{
    [Theory]
    [InlineData(true, false, nameof(PolicyAction.Encrypt))]
    [InlineData(true, true, nameof(PolicyAction.Nothing))]
    [InlineData(false, true, nameof(PolicyAction.Decrypt))]
    [InlineData(false, false, nameof(PolicyAction.Nothing))]
    public void The_policy_decides_when_no_key_is_named(bool encryptionPolicy, bool encrypted, string expected)
    {
        var plan = EncryptionRules.Decide(Policy(encryptionPolicy), Vm(encrypted, encrypted), null, null);
        Assert.Equal(expected, plan.Action.ToString());
        Assert.Equal(["vm", "d0"], plan.PolicyObjects);
    }

    [Fact]
    public void Only_what_is_not_yet_as_the_policy_wants_is_touched()
    {
        var plan = EncryptionRules.Decide(Policy(true), Vm(true, true, false), null, null);
        Assert.Equal((PolicyAction.Encrypt, false), (plan.Action, plan.Home));
        Assert.Equal("virtio0:1", Assert.Single(plan.Disks).Label);
    }

    [Fact]
    public void A_disk_alone_is_not_encrypted_under_a_plain_home() =>
        Refused("msg.hostd.configSpec.enc.mismatch",
            () => EncryptionRules.Decide(Policy(true), Vm(false, false), null, ["virtio0:0"]));

    [Fact]
    public void Home_is_not_decrypted_over_encrypted_disks() =>
        Refused("msg.hostd.configSpec.enc.mismatch", () => EncryptionRules.Decide(Policy(false), Vm(true, true), true, null));

    [Fact]
    public void A_disk_alone_may_be_decrypted()
    {
        var plan = EncryptionRules.Decide(Policy(false), Vm(true, true, true), null, ["virtio0:1", "virtio0:1"]);
        Assert.Equal((PolicyAction.Decrypt, false, 1), (plan.Action, plan.Home, plan.Disks.Count));
        Assert.Equal(["d1"], plan.PolicyObjects);
    }

    [Fact]
    public void An_unknown_disk_is_not_found() =>
        Refused("lorica.diskNotFound", () => EncryptionRules.Decide(Policy(true), Vm(true, true), null, ["virtio0:9"]));

    [Fact]
    public void Power_is_checked_before_encryptedness_but_not_when_nothing_is_to_be_done()
    {
        var running = Vm(false, false) with { PowerState = PowerState.On };
        Refused("lorica.mustBeOff", () => EncryptionRules.Decide(Policy(true), running, null, null));
        Refused("lorica.mustBeOff", () => EncryptionRules.Decide(Policy(true), running, null, ["virtio0:0"]));
        Assert.Equal(PolicyAction.Nothing, EncryptionRules.Decide(Policy(false), running, null, null).Action);
    }

    [Fact]
    public void A_broken_off_encryption_is_finished_by_the_same_policy_only()
    {
        var vm = Vm(true, true, false);
        var half = vm.Disks[0] with { Links = [vm.Disks[0].Links[0] with { Transition = UnfinishedWork.Encrypt }] };
        vm = vm with { PendingJob = UnfinishedWork.Encrypt, Disks = [half, .. vm.Disks.Skip(1)] };
        var plan = EncryptionRules.Decide(Policy(true), vm, null, null);
        Assert.Equal((PolicyAction.Encrypt, true, 2), (plan.Action, plan.Home, plan.Disks.Count));
        Refused("lorica.jobPending", () => EncryptionRules.Decide(Policy(false), vm, null, null));
        Refused("lorica.jobPending", () => EncryptionRules.Recryptable(vm, new RecryptVmRequest(false, null, null, false, [])));
    }

    [Fact]
    public void A_plain_VM_cannot_be_recrypted() =>
        Refused(
            "msg.hostd.configSpec.enc.notEncrypted", () =>
                EncryptionRules.Recryptable(Vm(false, false), new RecryptVmRequest(false, null, null, false, [])));

    private static StoragePolicy Policy(bool encryption) =>
        encryption ? PolicyCatalog.Encryption : PolicyCatalog.DatastoreDefault;

    private static void Refused(string key, Action act) => Assert.Equal(key, Assert.Throws<FaultException>(act).Fault.Key);

    private static VmFiles Vm(bool home, params bool[] disks)
    {
        var key = new KeyName("p", "k");
        return new VmFiles
        {
            VmId = "vm", Name = "a", PowerState = PowerState.Off, Encrypted = home, Key = home ? key : null,
            Disks =
            [
                .. disks.Select((e, i) => new VmDisk
                {
                    Label = $"virtio0:{i}", Links = [new VmDiskLink { ObjectId = $"d{i}", Encrypted = e, Key = e ? key : null }],
                }),
            ],
        };
    }
}
