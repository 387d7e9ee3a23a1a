using Lorica.Contracts.Vmx;
using Lorica.Vmx.Qemu;
using Lorica.Vmx.Startup;
using Lorica.Vmx.Tests.Hosting;

namespace Lorica.Vmx.Tests;

/// <summary>An accelerator is believed when a guest has run code under it.</summary>
public sealed class BootTrialTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_guest_that_runs_its_code_passes_and_its_time_is_taken()
    {
        var (problem, took) = await BootTrial.RunAsync(
            VmxAccelerator.Emulation, VmxProgram.Qemu, _folder.Root, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Null(problem);
        Assert.True(took > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_qemu_that_does_not_start_is_refused_with_its_own_words()
    {
        string? problem = await TryAsync(Stand("echo 'error: failed to set MSR 0x10a to 0x69' >&2; exit 1"));
        Assert.Contains("exit code 1", problem);
        Assert.Contains("failed to set MSR 0x10a", problem);
    }

    /// <summary>QEMU stays after such an error, with the guest stopped.</summary>
    [Fact]
    public async Task A_guest_that_ends_with_an_internal_error_of_kvm_is_refused_at_once()
    {
        string? problem = await TryAsync(Stand("echo 'KVM internal error. Suberror: 1' >&2; exec tail -f /dev/null"));
        Assert.Contains("KVM internal error", problem);
    }

    [Fact]
    public async Task A_qemu_that_ends_without_the_guests_answer_is_refused() =>
        Assert.Contains("exit code 0", await TryAsync(Stand("exit 0")));

    [Theory]
    [InlineData("--uid", "5", "--gid", "5", "--try", "Kvm", "/usr/bin/qemu")]
    [InlineData("--uid", "5", "--gid", "5", "--try", "Hvf", "/usr/bin/qemu", "/run")]
    [InlineData("--uid", "5", "--gid", "5", "--try", "7", "/usr/bin/qemu", "/run")]
    [InlineData("--uid", "5", "--gid", "5", "--try", "Kvm", "qemu", "/run")]
    [InlineData("--uid", "5", "--gid", "5", "--run", "Kvm", "/usr/bin/qemu", "/run")]
    public void A_trial_that_is_not_well_said_is_refused(params string[] args) =>
        Assert.Equal(VmxErrorKind.Usage, Assert.Throws<VmxException>(() => Arguments.Parse(args)).Kind);

    private async Task<string?> TryAsync(string qemu) => (await BootTrial.RunAsync(
        VmxAccelerator.Emulation, qemu, _folder.Root, TimeProvider.System, TestContext.Current.CancellationToken)).Problem;

    /// <summary>A program in QEMU's place, for what no QEMU does on request.</summary>
    private string Stand(string script)
    {
        string path = _folder.Path("qemu");
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
