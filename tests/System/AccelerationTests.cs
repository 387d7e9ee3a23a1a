using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>How guests run is found out by trying, and shown.</summary>
public sealed class AccelerationTests
{
    [Fact]
    public async Task A_guest_runs_by_what_the_host_found_at_its_start_and_the_host_says_what_that_is()
    {
        await using var up = await LoricaUp.StartAsync(more: ["--accel", "auto"]);
        var host = await up.JsonAsync("host", "show", "localhost");
        string accelerator = host["accelerator"]!.GetValue<string>();
        Assert.Contains(accelerator, (string[])["kvm", "kvmWithoutArchCapabilities", "emulation"]);
        Assert.Equal(accelerator != "emulation", host["kvm"]!.GetValue<bool>());
        Assert.NotEmpty(host["acceleratorReason"]!.GetValue<string>());
        Assert.Contains(
            accelerator == "emulation" ? "emulation, guests are slow: " : "KVM",
            (await up.RunAsync("host", "show", "localhost")).Output, StringComparison.Ordinal);

        await up.JsonAsync("vm", "import", "web", "--disk", await GuestImage.PathAsync());
        var guest = new Guest(up, "web");
        await guest.PowerOnAndWaitAsync();
        await guest.PowerOffAsync();
    }

    [Fact]
    public async Task Emulation_can_be_asked_for()
    {
        await using var up = await LoricaUp.StartAsync(more: ["--accel", "tcg"]);
        var host = await up.JsonAsync("host", "show", "localhost");
        Assert.Equal("emulation", host["accelerator"]!.GetValue<string>());
        Assert.Contains("configuration", host["acceleratorReason"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
