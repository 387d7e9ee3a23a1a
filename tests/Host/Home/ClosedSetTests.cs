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
        Words<PowerState>(PowerStates.Name, "poweredOff", "poweredOn");
        Words<EncryptionMode>(EncryptionModes.Name, "incapable", "prepared", "safe", "pendingIncapable");
        Words<VmChange>(VmChanges.Name,
            "poweredOn", "poweredOff", "guestEnded", "vmxRestarted", "ioError", "guestGoesOn", "writesLost");
        Words<GuestState>(GuestStates.Name, "starting", "running", "paused", "ioError", "ended");
        Words<GuestEnd>(GuestEnds.Name, "", "guestShutdown", "poweredOff", "failed");
        Words<Firmware>(Firmwares.Name, "bios", "uefi");
        Words<Firmware>(Firmwares.VmxWord, "bios", "efi");
        Words<Provisioning>(DiskProvisioning.Name, "thin", "lazyZeroed", "eagerZeroed");
    }

    [Fact]
    public void What_is_said_is_understood()
    {
        Assert.All(Enum.GetValues<GuestState>(), s => Assert.Equal(s, GuestStates.Parse(s.Name())));
        Assert.All(Enum.GetValues<Firmware>(), f => Assert.Equal(f, Firmwares.Parse(f.Name())));
        Assert.All(Enum.GetValues<Firmware>(), f => Assert.Equal(f, Firmwares.ParseVmx(f.VmxWord())));
        Assert.All(Enum.GetValues<Provisioning>(), p => Assert.Equal(p, DiskProvisioning.Parse(DiskProvisioning.Name(p))));
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

    private static void Words<T>(Func<T, string> name, params string[] words)
        where T : struct, Enum
    {
        Assert.Equal(words, Enum.GetValues<T>().Select(name));
        Assert.Throws<ArgumentOutOfRangeException>(() => name((T)Enum.ToObject(typeof(T), 99)));
    }
}
