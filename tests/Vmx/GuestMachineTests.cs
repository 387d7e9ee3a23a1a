using Lorica.Contracts.Vmx;
using Lorica.Vmx.Guest;
using Lorica.Vmx.Qemu;

namespace Lorica.Vmx.Tests;

/// <summary>The machine alone, with a clock of numbers.</summary>
public sealed class GuestMachineTests
{
    private static readonly QmpEvent Resume = new("RESUME", "", "", "");
    private static readonly QmpEvent Stop = new("STOP", "", "", "");
    private static readonly QmpEvent IoError = new("BLOCK_IO_ERROR", "Input/output error", "stop", "node0");

    [Fact]
    public void A_held_guest_is_let_go_once_and_runs()
    {
        var machine = new GuestMachine();
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(0));
        machine.OnStatus("prelaunch", 10);
        Assert.Equal(GuestAction.Continue, machine.Next(10).Action);
        Assert.Equal((GuestAction.None, 1010), machine.Next(10));
        machine.OnEvent(Resume, 20);
        Assert.Equal(GuestState.Running, machine.State);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(5000));
    }

    [Fact]
    public void An_adopted_guest_is_what_it_says()
    {
        Assert.Equal(GuestState.Running, Adopted("running").State);
        Assert.Equal(GuestState.Paused, Adopted("paused").State);
        Assert.Equal(GuestState.IoError, Adopted("io-error").State);
        Assert.Equal(GuestState.Paused, Adopted("internal-error").State);
    }

    [Fact]
    public void After_a_disk_error_the_guest_is_told_to_go_on_again_and_again_more_and_more_seldom()
    {
        var machine = Adopted("running");
        long now = 100_000;
        machine.OnEvent(IoError, now);
        machine.OnEvent(Stop, now);
        Assert.Equal(GuestState.IoError, machine.State);
        Assert.Contains("node0", machine.Detail, StringComparison.Ordinal);
        var gaps = new List<long>();
        for (int i = 0; i < 12; i++)
        {
            var (action, until) = machine.Next(now);
            Assert.Equal(GuestAction.None, action);
            gaps.Add(until - now);
            now = until;
            Assert.Equal(GuestAction.Continue, machine.Next(now).Action);

            // QEMU resumes and fails again.
            machine.OnEvent(Resume, now);
            machine.OnEvent(IoError, now);
            machine.OnEvent(Stop, now);
        }

        Assert.Equal(1000, gaps[0]);
        Assert.Equal(gaps.Order(), gaps);
        Assert.Equal(30_000, gaps[^1]);
        machine.OnEvent(Resume, now);
        Assert.Equal((GuestState.Running, ""), (machine.State, machine.Detail));
    }

    [Fact]
    public void A_new_error_after_a_calm_time_is_met_quickly()
    {
        var machine = Adopted("running");
        for (int i = 0; i < 5; i++)
        {
            machine.OnEvent(IoError, 1000);
            machine.Next(100_000);
            machine.OnEvent(Resume, 100_000);
        }

        machine.OnEvent(IoError, 200_000);
        Assert.Equal((GuestAction.None, 201_000), machine.Next(200_000));
    }

    [Fact]
    public void An_error_that_the_guest_is_told_of_does_not_stop_it()
    {
        var machine = Adopted("running");
        machine.OnEvent(IoError with { Action = "report" }, 1);
        Assert.Equal(GuestState.Running, machine.State);
    }

    [Fact]
    public void The_button_is_pressed_again_until_the_time_is_over_then_quit_then_the_plug()
    {
        var machine = Adopted("running");
        machine.PowerOff(hard: false, 25_000, 0);
        var seen = new List<(long, GuestAction)>();
        for (long now = 0; now <= 31_000; now += 500)
        {
            GuestAction action;
            while ((action = machine.Next(now).Action) != GuestAction.None)
                seen.Add((now, action));
        }

        Assert.Equal(
            [(0, GuestAction.PowerDown), (10_000, GuestAction.PowerDown), (20_000, GuestAction.PowerDown),
                (25_000, GuestAction.Quit), (30_000, GuestAction.Kill)],
            seen);
        machine.OnExit("signal 9", "");
        Assert.Equal(GuestEnd.PoweredOff, machine.End);
    }

    [Fact]
    public void A_hard_wish_overtakes_a_soft_one_and_not_the_other_way_round()
    {
        var machine = Adopted("running");
        machine.PowerOff(hard: false, 60_000, 0);
        Assert.Equal(GuestAction.PowerDown, machine.Next(0).Action);
        machine.PowerOff(hard: true, 0, 100);
        Assert.Equal(GuestAction.Quit, machine.Next(100).Action);
        machine.PowerOff(hard: false, 60_000, 200);
        Assert.Equal((GuestAction.None, 5100), machine.Next(200));
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("io-error")]
    public void A_guest_that_cannot_hear_the_button_is_quit_at_once(string status)
    {
        var machine = Adopted(status);
        machine.PowerOff(hard: false, 60_000, 0);
        Assert.Equal(GuestAction.Quit, machine.Next(0).Action);
    }

    [Fact]
    public void A_disk_that_fails_during_shutdown_ends_the_waiting()
    {
        var machine = Adopted("running");
        machine.PowerOff(hard: false, 60_000, 0);
        Assert.Equal(GuestAction.PowerDown, machine.Next(0).Action);
        machine.OnEvent(IoError, 500);
        Assert.Equal(GuestAction.Quit, machine.Next(500).Action);
    }

    [Fact]
    public void Without_a_control_connection_the_plug_is_pulled_all_the_same()
    {
        var machine = new GuestMachine();
        machine.PowerOff(hard: true, 0, 0);
        Assert.Equal((GuestAction.None, 5000), machine.Next(0));
        Assert.Equal(GuestAction.Kill, machine.Next(5000).Action);

        machine = Adopted("running");
        machine.PowerOff(hard: false, 10_000, 0);
        machine.OnConnectionLost();
        Assert.Equal((GuestAction.None, 10_000), machine.Next(0));
        Assert.Equal((GuestAction.None, 15_000), machine.Next(10_000));
        Assert.Equal(GuestAction.Kill, machine.Next(15_000).Action);
    }

    [Theory]
    [InlineData("guest-shutdown", "exit code 0", false, "GuestShutdown")]
    [InlineData("guest-shutdown", "exit code 0", true, "PoweredOff")]
    [InlineData("host-qmp-quit", "exit code 0", true, "PoweredOff")]
    [InlineData("host-signal", "exit code 0", false, "Failed")]
    [InlineData("", "exit code 1", false, "Failed")]
    [InlineData("", "signal 11", false, "Failed")]
    [InlineData("", "signal 11", true, "Failed")]
    [InlineData("guest-shutdown", "", false, "GuestShutdown")]
    [InlineData("", "", false, "Failed")]
    public void How_it_ended_is_told_from_reason_exit_and_wish(string reason, string how, bool asked, string end)
    {
        var machine = Adopted("running");
        if (asked)
            machine.PowerOff(hard: false, 1000, 0);
        if (reason.Length > 0)
            machine.OnEvent(new QmpEvent("SHUTDOWN", reason, "", ""), 0);
        machine.OnExit(how, "");
        Assert.Equal((GuestState.Ended, end), (machine.State, machine.End.ToString()));
        Assert.NotEmpty(machine.Detail);
    }

    [Fact]
    public void Nothing_changes_after_the_end()
    {
        var machine = Adopted("running");
        machine.OnExit("signal 6", "assertion failed");
        string detail = machine.Detail;
        Assert.Contains("assertion failed", detail, StringComparison.Ordinal);
        machine.OnEvent(Resume, 1);
        machine.OnEvent(IoError, 1);
        machine.PowerOff(hard: true, 0, 1);
        machine.OnExit("exit code 0", "");
        Assert.Equal((GuestState.Ended, GuestEnd.Failed, detail), (machine.State, machine.End, machine.Detail));
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(1_000_000));
    }

    private static GuestMachine Adopted(string status)
    {
        var machine = new GuestMachine();
        machine.OnStatus(status, 0);
        return machine;
    }
}
