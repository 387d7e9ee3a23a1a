using Lorica.Vmx.Guest;
using Lorica.Vmx.Qemu;

namespace Lorica.Vmx.Tests;

/// <summary>Resetting, on the machine alone.</summary>
public sealed class GuestResetTests
{
    [Fact]
    public void A_running_guest_is_reset_once()
    {
        var machine = Running();
        machine.Reset(100);
        Assert.Equal(GuestAction.Reset, machine.Next(100).Action);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(101));
    }

    [Fact]
    public void A_guest_that_stands_still_or_is_to_end_is_not_reset()
    {
        var machine = Running();
        machine.OnEvent(new QmpEvent("STOP", "", "", ""), 1);
        machine.Reset(2);
        Assert.Equal(GuestAction.None, machine.Next(2).Action);

        machine = Running();
        machine.PowerOff(hard: false, timeout: 60_000, now: 1);
        machine.Reset(1);
        Assert.Equal(GuestAction.PowerDown, machine.Next(1).Action);
        Assert.Equal(GuestAction.None, machine.Next(2).Action);
    }

    [Fact]
    public void A_power_off_or_a_lost_connection_drops_a_reset_that_was_not_sent_yet()
    {
        var machine = Running();
        machine.Reset(1);
        machine.PowerOff(hard: false, timeout: 60_000, now: 1);
        Assert.Equal(GuestAction.PowerDown, machine.Next(1).Action);
        Assert.Equal(GuestAction.None, machine.Next(2).Action);

        machine = Running();
        machine.Reset(1);
        machine.OnConnectionLost();
        machine.OnStatus("running", 2);
        Assert.Equal(GuestAction.None, machine.Next(2).Action);
    }

    private static GuestMachine Running()
    {
        var machine = new GuestMachine();
        machine.OnStatus("running", 0);
        return machine;
    }
}
