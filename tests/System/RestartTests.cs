using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>A running guest outlives its vmx, its host and its center.</summary>
public sealed class RestartTests
{
    /// <summary>The short form, in every test run: each part is killed once while the guest writes.</summary>
    [Fact]
    public async Task A_guest_that_writes_goes_on_while_its_vmx_its_host_and_its_center_are_killed()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        var guest = new Guest(up, "busy");
        await up.JsonAsync("vm", "import", "busy", "--disk", await GuestImage.PathAsync(), "--policy", "VM Encryption Policy");
        await guest.PowerOnAndWaitAsync();
        int qemu = Qemu(up);
        await guest.AskAsync("loadbg", "LORICA-GUEST load started");

        var vmx = Assert.Single(Processes.OfState(up.State), p => p.Name == "lorica-vmx");
        vmx.Kill();
        await Wait.UntilAsync(
            () => Task.FromResult(Processes.OfState(up.State).Any(p => p.Name == "lorica-vmx" && p.Pid != vmx.Pid)), "a new vmx");
        await guest.LoadGoesOnAsync();

        int host = await up.PidAsync("host");
        await up.KillAsync("host");
        await Wait.UntilAsync(
            async () => await up.PidAsync("host") is > 0 and var pid && pid != host
                && (await up.RunAsync("vm", "show", "busy", "--json")).Output.Contains("poweredOn", StringComparison.Ordinal),
            "the new host knows its running VM");
        await up.KillAsync("center");
        await Wait.UntilAsync(async () => (await up.RunAsync("vm", "ls")).ExitCode == 0, "the center is back");
        await guest.LoadGoesOnAsync();

        await guest.AskAsync("loadstop", "LORICA-GUEST load stopped", 90);
        Assert.Contains("data ok", await guest.AskAsync("check", "LORICA-GUEST data"), StringComparison.Ordinal);
        Assert.Equal(qemu, Qemu(up));
        await up.JsonAsync("vm", "power", "off", "busy", "--hard");
    }

    [Fact(Explicit = true)]
    public async Task A_guest_under_load_outlives_its_vmx_its_host_and_its_center()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        var guest = new Guest(up, "busy");
        await up.JsonAsync("vm", "import", "busy", "--disk", await GuestImage.PathAsync(), "--policy", "VM Encryption Policy");
        await guest.PowerOnAndWaitAsync();
        int qemu = Qemu(up);

        var load = guest.AskAsync("load 20", "LORICA-GUEST load ok", 120);
        for (int i = 0; i < 3; i++)
        {
            var vmx = Assert.Single(Processes.OfState(up.State), p => p.Name == "lorica-vmx");
            vmx.Kill();
            await Wait.UntilAsync(
                () => Task.FromResult(Processes.OfState(up.State).Any(p => p.Name == "lorica-vmx" && p.Pid != vmx.Pid)),
                "a new vmx");
        }

        Assert.Contains("load ok", await load, StringComparison.Ordinal);
        Assert.Equal(qemu, Qemu(up));

        load = guest.AskAsync("load 15", "LORICA-GUEST load ok", 120);
        await up.KillAsync("host");
        await Wait.UntilAsync(async () => await up.PidAsync("host") > 0
            && (await up.RunAsync("vm", "show", "busy", "--json")).Output.Contains("poweredOn", StringComparison.Ordinal),
            "the host knows its running VM again");
        await up.KillAsync("center");
        await Wait.UntilAsync(async () => (await up.RunAsync("vm", "ls")).ExitCode == 0, "the center is back");
        Assert.Contains("load ok", await load, StringComparison.Ordinal);
        Assert.Contains("data ok", await guest.AskAsync("check", "LORICA-GUEST data"), StringComparison.Ordinal);
        Assert.Equal(qemu, Qemu(up));

        // The host has its keys again, so a vmx that dies now is replaced, too.
        Assert.Single(Processes.OfState(up.State), p => p.Name == "lorica-vmx").Kill();
        Assert.Contains("data ok", await guest.AskAsync("check", "LORICA-GUEST data"), StringComparison.Ordinal);
        await guest.PowerOffAsync();
        Assert.DoesNotContain(Processes.OfState(up.State), p => p.Name is "lorica-vmx" or "qemu");
    }

    private static int Qemu(LoricaUp up) => Assert.Single(Processes.OfState(up.State), p => p.Name == "qemu").Pid;
}
