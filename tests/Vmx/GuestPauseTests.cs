using Lorica.Vmx.Guest;
using Lorica.Vmx.Qemu;

namespace Lorica.Vmx.Tests;

/// <summary>Pausing, on the machine alone.</summary>
public sealed class GuestPauseTests
{
    private static readonly QmpEvent s_resume = new("RESUME", "", "", "");
    private static readonly QmpEvent s_stop = new("STOP", "", "", "");
    private static readonly QmpEvent s_ioError = new("BLOCK_IO_ERROR", "Input/output error", "stop", "node0");

    [Fact]
    public void APauseStopsTheGuestOnceAndLettingItGoContinuesItUntilItRuns()
    {
        var machine = Running();
        machine.Pause(true, 100);
        Assert.Equal(GuestAction.Stop, machine.Next(100).Action);
        machine.OnEvent(s_stop, 110);
        Assert.Equal((GuestState.Paused, "Paused by the host."), (machine.State, machine.Detail));
        machine.Pause(true, 120);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(50_000));

        machine.Pause(false, 60_000);
        Assert.Equal(GuestAction.Continue, machine.Next(60_000).Action);
        Assert.Equal(GuestAction.Continue, machine.Next(61_000).Action);
        machine.OnEvent(s_resume, 61_010);
        Assert.Equal(GuestState.Running, machine.State);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(90_000));
    }

    [Fact]
    public void AStopThatIsNotHeardIsSaidAgain()
    {
        var machine = Running();
        machine.Pause(true, 0);
        Assert.Equal(GuestAction.Stop, machine.Next(0).Action);
        Assert.Equal((GuestAction.None, 10_000), machine.Next(1));
        Assert.Equal(GuestAction.Stop, machine.Next(10_000).Action);
    }

    [Fact]
    public void AGuestThatStandsStillBecauseOfADiskIsNotContinuedWhileItIsToBePaused()
    {
        var machine = Running();
        machine.OnEvent(s_ioError, 0);
        machine.OnEvent(s_stop, 0);
        machine.Pause(true, 10);
        Assert.Equal((GuestAction.None, long.MaxValue), machine.Next(100_000));

        machine.Pause(false, 100_000);
        Assert.Equal(GuestAction.Continue, machine.Next(100_000).Action);
    }

    [Fact]
    public void AGuestThatResumesByItselfWhileItIsToBePausedIsStoppedAgain()
    {
        var machine = Running();
        machine.Pause(true, 0);
        Assert.Equal(GuestAction.Stop, machine.Next(0).Action);
        machine.OnEvent(s_stop, 1);
        machine.OnEvent(s_resume, 2);
        Assert.Equal(GuestAction.Stop, machine.Next(2).Action);
    }

    [Fact]
    public void AnAdoptedGuestThatWasPausedIsLetGo()
    {
        var machine = new GuestMachine();
        machine.OnStatus("paused", 0);
        machine.Pause(false, 5);
        Assert.Equal(GuestAction.Continue, machine.Next(5).Action);
    }

    [Fact]
    public void LettingARunningGuestGoDoesNothing()
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
