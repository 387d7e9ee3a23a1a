using Lorica.Contracts.Configs;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Host.Power;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests;

/// <summary>How a host decides how its guests run; a script answers in the place of lorica-vmx.</summary>
public sealed class AccelerationTests : IDisposable
{
    private const string Refusal = "QEMU ended with signal 6: error: failed to set MSR 0x10a to 0x69";

    private readonly TestFolder _folder = new();
    private readonly string _run = $"/tmp/lorica-accel-{Guid.NewGuid():N}";

    public void Dispose()
    {
        if (Directory.Exists(_run))
            Directory.Delete(_run, recursive: true);
        _folder.Dispose();
    }

    [Fact]
    public async Task Kvm_is_taken_when_a_guest_ran() =>
        Assert.Equal(VmxAccelerator.Kvm, (await ChooseAsync(Accelerators.Auto, "echo 300")).Accelerator);

    [Fact]
    public async Task A_feature_that_the_kernel_refuses_is_left_out()
    {
        var chosen = await ChooseAsync(
            Accelerators.Auto, $"[ \"$6\" = KvmWithoutArchCapabilities ] && echo 300 && exit 0; echo '{Refusal}'; exit 4");
        Assert.Equal(VmxAccelerator.KvmWithoutArchCapabilities, chosen.Accelerator);
        Assert.Contains(Refusal, chosen.Reason);
    }

    [Fact]
    public async Task Where_no_guest_runs_under_kvm_they_are_emulated_and_the_reason_is_kept()
    {
        var chosen = await ChooseAsync(Accelerators.Auto, $"echo '{Refusal}'; exit 4");
        Assert.Equal(new Acceleration(VmxAccelerator.Emulation, Refusal), chosen);
    }

    [Fact]
    public async Task Kvm_that_is_many_times_slower_than_emulation_is_not_taken_unless_it_is_asked_for()
    {
        const string Slow = "[ \"$6\" = Emulation ] && echo 500 || echo 6900";
        var chosen = await ChooseAsync(Accelerators.Auto, Slow);
        Assert.Equal(VmxAccelerator.Emulation, chosen.Accelerator);
        Assert.Contains("6.9 s", chosen.Reason);
        Assert.Contains("0.5 s emulated", chosen.Reason);
        Assert.Equal(VmxAccelerator.Kvm, (await ChooseAsync(Accelerators.Kvm, Slow)).Accelerator);
    }

    [Theory]
    [InlineData(1900, 100)]
    [InlineData(6900, 2400)]
    public async Task Kvm_on_a_loaded_machine_is_still_kvm(int milliseconds, int emulated) => Assert.Equal(
        VmxAccelerator.Kvm,
        (await ChooseAsync(Accelerators.Auto, $"[ \"$6\" = Emulation ] && echo {emulated} || echo {milliseconds}")).Accelerator);

    [Fact]
    public async Task A_trial_that_says_no_time_is_no_proof_of_kvm() =>
        Assert.Equal(VmxAccelerator.Emulation, (await ChooseAsync(Accelerators.Auto, "exit 0")).Accelerator);

    [Fact]
    public async Task A_trial_that_crashes_is_no_proof_of_kvm()
    {
        var chosen = await ChooseAsync(Accelerators.Auto, "kill -SEGV $$");
        Assert.Equal(VmxAccelerator.Emulation, chosen.Accelerator);
        Assert.Contains("ended with 139", chosen.Reason);
    }

    [Fact]
    public async Task Emulation_that_is_asked_for_is_not_tried()
    {
        var chosen = await ChooseAsync(Accelerators.Emulation, "touch \"$8/../tried\"; echo 300");
        Assert.Equal(VmxAccelerator.Emulation, chosen.Accelerator);
        Assert.False(File.Exists(Path.Combine(_run, "tried")));
    }

    [Fact]
    public async Task Kvm_that_is_asked_for_is_taken_although_no_guest_ran_and_says_so()
    {
        var chosen = await ChooseAsync(Accelerators.Kvm, $"echo '{Refusal}'; exit 4");
        Assert.Equal(VmxAccelerator.Kvm, chosen.Accelerator);
        Assert.Contains(Refusal, chosen.Reason);
    }

    [Fact]
    public async Task A_trial_leaves_nothing_in_the_run_folder()
    {
        await ChooseAsync(Accelerators.Auto, "echo x > \"$8/boot.img\"; exit 4");
        Assert.Equal(["ctl"], Directory.EnumerateFileSystemEntries(_run).Select(Path.GetFileName));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_run, "ctl")));
    }

    [Fact]
    public async Task What_a_host_left_that_ended_in_its_trial_is_gone_after_the_next()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_run, "00000000")).FullName;
        File.WriteAllText(Path.Combine(folder, "boot.img"), "");
        await ChooseAsync(Accelerators.Auto, "exit 4");
        Assert.Equal(["ctl"], Directory.EnumerateFileSystemEntries(_run).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_host_shows_how_its_guests_run_and_why()
    {
        await using var host = new TestHost(_folder);
        host.Config = host.Config with { Vmx = Script($"echo '{Refusal}'; exit 4") };
        await host.StartAsync();
        var description = await host.Client.DescribeAsync(
            new DescribeHostRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(description.Kvm);
        Assert.Equal((HostAccelerator.Emulation, Refusal), (description.Accelerator, description.AcceleratorReason));
    }

    [Fact]
    public async Task A_host_does_not_start_with_an_accelerator_that_it_does_not_know()
    {
        await using var host = new TestHost(_folder);
        host.Config = host.Config with { Accel = "xen" };
        var e = await Assert.ThrowsAsync<InvalidOperationException>(host.StartAsync);
        Assert.Contains("auto, kvm, tcg", e.Message);
    }

    private Task<Acceleration> ChooseAsync(string accel, string script) => new AccelerationTrial(
            accel, Script(script), "/usr/bin/qemu-system-x86_64", 765_535, new RunFolders(_run))
        .ChooseAsync(TestContext.Current.CancellationToken);

    private string Script(string text)
    {
        string path = _folder.Path("vmx");
        File.WriteAllText(path, "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
