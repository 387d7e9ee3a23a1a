using Lorica.Contracts.Vmx;
using Lorica.Vmx.Guest;
using Lorica.Vmx.Qemu;

namespace Lorica.Vmx.Tests;

/// <summary>Pausing, on the machine alone.</summary>
public sealed class GuestPauseTests
{
    private static readonly QmpEvent Resume = new("RESUME", "", "", "");
    private static readonly QmpEvent Stop = new("STOP", "", "", "");
    private static readonly QmpEvent IoError = new("BLOCK_IO_ERROR", "Input/output error", "stop", "node0");

    [Fact]
    public void A_pause_stops_the_guest_once_and_letting_it_go_continues_it_until_it_runs()
    {
        var machine = Running();
        machine.Pause(true, 100);
        Assert.Equal(GuestAction.Stop, machine.Next(100).Action);
        machine.OnEvent(Stop, 110);
        Assert.Equal((GuestState.Paused, "Paused by the host."), (machine.State, machine.Detail));
        machine.Pause(true, 120);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(50_000));

        machine.Pause(false, 60_000);
        Assert.Equal(GuestAction.Continue, machine.Next(60_000).Action);
        Assert.Equal(GuestAction.Continue, machine.Next(61_000).Action);
        machine.OnEvent(Resume, 61_010);
        Assert.Equal(GuestState.Running, machine.State);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(90_000));
    }

    [Fact]
    public void A_stop_that_is_not_heard_is_said_again()
    {
        var machine = Running();
        machine.Pause(true, 0);
        Assert.Equal(GuestAction.Stop, machine.Next(0).Action);
        Assert.Equal((GuestAction.None, 10_000), machine.Next(1));
        Assert.Equal(GuestAction.Stop, machine.Next(10_000).Action);
    }

    [Fact]
    public void A_guest_that_stands_still_because_of_a_disk_is_not_continued_while_it_is_to_be_paused()
    {
        var machine = Running();
        machine.OnEvent(IoError, 0);
        machine.OnEvent(Stop, 0);
        machine.Pause(true, 10);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(100_000));

        machine.Pause(false, 100_000);
        Assert.Equal(GuestAction.Continue, machine.Next(100_000).Action);
    }

    [Fact]
    public void A_guest_that_resumes_by_itself_while_it_is_to_be_paused_is_stopped_again()
    {
        var machine = Running();
        machine.Pause(true, 0);
        Assert.Equal(GuestAction.Stop, machine.Next(0).Action);
        machine.OnEvent(Stop, 1);
        machine.OnEvent(Resume, 2);
        Assert.Equal(GuestAction.Stop, machine.Next(2).Action);
    }

    [Fact]
    public void An_adopted_guest_that_was_paused_is_let_go()
    {
        var machine = new GuestMachine();
        machine.OnStatus("paused", 0);
        machine.Pause(false, 5);
        Assert.Equal(GuestAction.Continue, machine.Next(5).Action);
    }

    [Fact]
    public void Letting_a_running_guest_go_does_nothing()
    {
        var machine = Running();
        machine.Pause(false, 0);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(0));
    }

    private static GuestMachine Running()
    {
        var machine = new GuestMachine();
        machine.OnStatus("running", 0);
        return machine;
    }
}
