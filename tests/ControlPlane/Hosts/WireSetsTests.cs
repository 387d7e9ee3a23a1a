using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Hosts;
using Lorica.Model;
using Wire = Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Tests.Hosts;

/// <summary>Closed sets between center and host: each member is itself, and what is none is refused, never another one.</summary>
public sealed class WireSetsTests
{
    [Fact]
    public void Every_member_has_its_own_and_what_is_none_is_refused()
    {
        Understood<VmPowerState, PowerState>(m => m.ToModel());
        Understood<Wire.HostCryptoMode, Lorica.Model.HostCryptoMode>(m => m.ToModel());
        Understood<Wire.HostJobKind, Lorica.Model.HostJobKind>(m => m.ToModel());
        Understood<Wire.HostJobState, Lorica.Model.HostJobState>(m => m.ToModel());
        Understood<Wire.VmChangeKind, Lorica.Model.VmChangeKind>(m => m.ToModel());
        Understood<VmGuestState, GuestState>(m => m.ToModel(), mayBeNothing: true);
        Understood<Wire.VmFirmware, Lorica.Model.VmFirmware>(m => m.ToModel(), mayBeNothing: true);
        Understood<Wire.UnfinishedWork, Lorica.Model.UnfinishedWork>(m => m.ToModel(), mayBeNothing: true);
        Understood<Wire.DiskFormat, Lorica.Model.DiskFormat>(m => m.ToModel(), mayBeNothing: true);
        Understood<Wire.HostAccelerator, Lorica.Model.HostAccelerator>(m => m.ToModel(), mayBeNothing: true);
    }

    [Fact]
    public void What_is_asked_for_comes_back()
    {
        Assert.All(Enum.GetValues<Lorica.Model.HostJobKind>(), k => Assert.Equal(k, k.ToMessage().ToModel()));
        Assert.All(Enum.GetValues<Lorica.Model.DiskFormat>(), f => Assert.Equal(f, f.ToMessage().ToModel()));
        Assert.All(Enum.GetValues<Lorica.Model.VmFirmware>(), f => Assert.Equal(f, f.ToMessage().ToModel()));
        Assert.Throws<ArgumentOutOfRangeException>(() => ((Lorica.Model.HostJobKind)99).ToMessage());
    }

    [Fact]
    public void Nothing_is_believed_of_a_description_that_says_what_is_not_understood()
    {
        var vm = new VmDescription { VmId = "v", PowerState = VmPowerState.On };
        Assert.Equal(PowerState.On, vm.ToModel().PowerState);
        vm.PendingJob = (Wire.UnfinishedWork)9;
        Refused(() => vm.ToModel());
        vm.PendingJob = Wire.UnfinishedWork.Rekey;
        vm.Disks.Add(new DiskDescription { Label = "virtio0:0" });
        Refused(() => vm.ToModel());
    }

    [Fact]
    public void A_word_is_of_one_member_and_every_member_has_one()
    {
        Assert.Equal("pendingIncapable", Lorica.Model.HostCryptoMode.PendingIncapable.Word());
        Assert.Equal(Lorica.Model.HostCryptoMode.PendingIncapable, HostWords.CryptoModes.Find("pendingIncapable"));
        Assert.Null(HostWords.CryptoModes.Find("PendingIncapable"));
        Assert.Throws<ArgumentOutOfRangeException>(() => ((PowerState)99).Word());
        Assert.Throws<ArgumentException>(() => new WordSet<PowerState>((PowerState.On, "on")));
        Assert.Throws<ArgumentException>(() => new WordSet<PowerState>((PowerState.On, "on"), (PowerState.Off, "on")));
    }

    private static void Understood<TWire, T>(Func<TWire, T?> model, bool mayBeNothing = false)
        where TWire : struct, Enum
        where T : struct, Enum
    {
        Assert.Equal(
            Enum.GetNames<T>(), Enum.GetValues<TWire>().Skip(1).Select(m => model(m)!.Value.ToString()));
        Refused(() => model((TWire)Enum.ToObject(typeof(TWire), 99)));
        if (mayBeNothing)
        {
            Assert.Null(model(default));
        }
        else
        {
            Refused(() => model(default));
        }
    }

    private static void Refused(Func<object?> read) =>
        Assert.Equal(HostReplies.UnknownKey, Assert.Throws<FaultException>(read).Fault.Key);
}
