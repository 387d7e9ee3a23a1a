using Lorica.Contracts.Vmx;
using Lorica.Vmx.Tests.Hosting;

namespace Lorica.Vmx.Tests;

/// <summary>Pausing a real QEMU; the test plays the host.</summary>
public sealed class PauseTests
{
    [Fact]
    public async Task A_paused_guest_stands_still_until_it_is_let_go()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        var vmx = host.Start();
        await vmx.WaitForAsync("running");
        using var control = vmx.Connect();

        await control.AskAsync(new VmxRequest { Pause = new VmxPauseRequest { Paused = true } });
        Assert.Equal("Paused by the host.", (await vmx.WaitForAsync("paused")).Detail);
        await control.AskAsync(new VmxRequest { Pause = new VmxPauseRequest { Paused = true } });
        Assert.Equal("paused", (await control.AskAsync(new VmxRequest { Status = new VmxStatusRequest() })).Status.Guest);

        await control.AskAsync(new VmxRequest { Pause = new VmxPauseRequest { Paused = false } });
        await vmx.WaitForAsync("running");
        await vmx.PowerOffAsync(hard: true);
        await vmx.CollectAsync();
    }
}
