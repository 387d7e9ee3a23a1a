using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Jobs;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Service;

namespace Lorica.Host.Tests.Home;

/// <summary>Each member of a closed set has its own word, and what is no member has none.</summary>
public sealed class ClosedSetTests
{
    [Fact]
    public void Every_member_has_the_word_that_is_on_the_wire()
    {
        Words<JobState>(JobStates.Name, "running", "succeeded", "failed");
        Words<EncryptionMode>(EncryptionModes.Name, "incapable", "prepared", "safe", "pendingIncapable");
        Words<GuestState>(GuestStates.Name, "starting", "running", "paused", "ioError", "ended");
        Words<GuestEnd>(GuestEnds.Name, "", "guestShutdown", "poweredOff", "failed");
        Words<Firmware>(Firmwares.Name, "bios", "uefi");
        Words<Firmware>(Firmwares.VmxWord, "bios", "efi");
    }

    [Fact]
    public void What_is_said_is_understood()
    {
        Assert.All(Enum.GetValues<GuestState>(), s => Assert.Equal(s, GuestStates.Parse(s.Name())));
        Assert.All(Enum.GetValues<Firmware>(), f => Assert.Equal(f, Firmwares.Parse(f.Name())));
        Assert.All(Enum.GetValues<Firmware>(), f => Assert.Equal(f, Firmwares.ParseVmx(f.VmxWord())));
        Assert.All(Enum.GetValues<Provisioning>(), p => Assert.Equal(p, DiskProvisioning.From(p.ToMessage())));
        Assert.All(Enum.GetValues<Firmware>(), f => Assert.Equal(f, VmFirmwares.From(f.ToMessage())));
        Assert.All(Enum.GetValues<JobKind>(), k => Assert.Equal(k, JobKinds.From(k.ToMessage())));
    }

    [Fact]
    public void Every_member_has_its_own_on_the_wire_and_what_is_none_is_not_sent()
    {
        Sent<PowerState, VmPowerState>(PowerStates.ToMessage);
        Sent<VmChange, VmChangeKind>(VmChanges.ToMessage);
        Sent<JobState, HostJobState>(JobStates.ToMessage);
        Sent<JobKind, HostJobKind>(JobKinds.ToMessage);
        Sent<EncryptionMode, HostCryptoMode>(EncryptionModes.ToMessage);
        Sent<Provisioning, DiskFormat>(DiskProvisioning.ToMessage);
        Sent<Firmware, VmFirmware>(VmFirmwares.ToMessage);
        Assert.Equal(VmGuestState.Unspecified, VmGuests.ToMessage(null));
        Assert.Equal(VmGuestState.IoError, VmGuests.ToMessage(GuestState.IoError));
        Assert.Throws<ArgumentOutOfRangeException>(() => VmGuests.ToMessage((GuestState)99));
    }

    [Fact]
    public void What_is_asked_for_by_no_member_is_refused()
    {
        Assert.Null(JobKinds.From(HostJobKind.Unspecified));
        Assert.Null(JobKinds.From((HostJobKind)99));
        Assert.Null(VmFirmwares.From((VmFirmware)99));
        Assert.Null(DiskProvisioning.From(DiskFormat.Unspecified));
        Assert.Equal("lorica.invalidArgument", Assert.Throws<FaultException>(() =>
            DiskProvisioning.From((DiskFormat)99)).Fault.Key);
    }

    [Theory]
    [InlineData("Running")]
    [InlineData("1")]
    [InlineData("efi ")]
    public void What_is_no_word_means_nothing(string word)
    {
        Assert.Null(GuestStates.Parse(word));
        Assert.Null(Firmwares.Parse(word));
        Assert.Null(Firmwares.ParseVmx(word));
    }

    [Fact]
    public void Every_error_of_the_libraries_has_a_fault()
    {
        Assert.All(
            Enum.GetValues<DiskErrorKind>(), k => Assert.NotEmpty(FaultMap.Find(new DiskException(k, "why"), "vm")!.Key));
        Assert.All(
            Enum.GetValues<CryptoErrorKind>(), k => Assert.NotEmpty(FaultMap.Find(new CryptoException(k, "why"), "vm")!.Key));
        Assert.Throws<InvalidOperationException>(() => FaultMap.Find(new DiskException((DiskErrorKind)999, "why"), "vm"));
    }

    private static void Sent<T, TWire>(Func<T, TWire> message)
        where T : struct, Enum
        where TWire : struct, Enum
    {
        var sent = Enum.GetValues<T>().Select(message).ToList();
        Assert.Equal(Enum.GetValues<TWire>().Skip(1), sent.Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => message((T)Enum.ToObject(typeof(T), 99)));
    }

    private static void Words<T>(Func<T, string> name, params string[] words)
        where T : struct, Enum
    {
        Assert.Equal(words, Enum.GetValues<T>().Select(name));
        Assert.Throws<ArgumentOutOfRangeException>(() => name((T)Enum.ToObject(typeof(T), 99)));
    }
}
