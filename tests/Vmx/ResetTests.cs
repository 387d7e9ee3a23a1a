using Lorica.Contracts.Vmx;
using Lorica.Vmx.Tests.Hosting;

namespace Lorica.Vmx.Tests;

/// <summary>Resetting a real guest; the test plays the host.</summary>
public sealed class ResetTests
{
    [Fact]
    public async Task A_reset_guest_boots_anew()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.AddDisk(await GuestImage.CopyToAsync(host.Folder));
        var vmx = host.Start();
        long at = await vmx.SeeAsync("LORICA-GUEST ready");
        using (var control = vmx.Connect())
        {
            var reply = await control.AskAsync(new VmxRequest { Reset = new VmxResetRequest() });
            Assert.Null(reply.Fault);
            await vmx.SeeAsync("LORICA-GUEST ready", at + 1);

            await control.AskAsync(new VmxRequest { Pause = new VmxPauseRequest { Paused = true } });
            await vmx.WaitForAsync("paused");
            reply = await control.AskAsync(new VmxRequest { Reset = new VmxResetRequest() });
            Assert.Equal("lorica.guestStandsStill", reply.Fault.Key);
        }

        await vmx.PowerOffAsync(hard: true);
        await vmx.CollectAsync();
    }
}
