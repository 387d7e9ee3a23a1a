using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;

namespace Lorica.Host.Power;

/// <summary>
/// Decides at the start of a host how its guests run. KVM is believed only when a machine has run code under it, started by
/// <c>lorica-vmx</c> as the guests are: there are machines (KVM inside a VM) on which the device opens and no guest starts, and
/// others on which one starts and is many times slower than emulated, because KVM's own work is emulated below.
/// <code>
/// accel = tcg    emulation, nothing is tried
/// accel = kvm    KVM, in the form that passed the trial; plain KVM when none did, with a warning
/// accel = auto   KVM · KVM without arch-capabilities · emulation: the first that passes, KVM only if not slower than emulation
/// </code>
/// </summary>
internal sealed class AccelerationTrial(string accel, string vmx, string qemu, uint uid, RunFolders folders)
{
    /// <summary>A guest that starts as quickly as this is not slow, whatever emulation takes.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How many times the emulated guest's time is slow. Where KVM works both take some tenths of a second; where it is emulated
    /// thirteen times as much was seen, and a guest that did not boot in 90 s instead of 6.
    /// </summary>
    private const int SlowFactor = 3;

    /// <summary>More than the vmx allows a guest.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    /// <summary>A folder as each VM has one; no VM has this id.</summary>
    private static readonly Guid Trial = new("00000000-0000-4000-8000-000000000001");

    private static readonly VmxAccelerator[] Forms = [VmxAccelerator.Kvm, VmxAccelerator.KvmWithoutArchCapabilities];

    /// <summary>Takes half a second where KVM works, none where there is no device; at most some three minutes.</summary>
    public async Task<Acceleration> ChooseAsync(CancellationToken ct)
    {
        if (accel == Accelerators.Emulation)
            return new Acceleration(VmxAccelerator.Emulation, "the host's configuration says so");
        string? first = null;
        foreach (var form in Forms)
        {
            var (problem, took) = await TryAsync(form, ct);
            if (problem is null)
            {
                return accel != Accelerators.Kvm && await SlowAsync(took, ct) is { } slow
                    ? new Acceleration(VmxAccelerator.Emulation, slow)
                    : new Acceleration(form, first is null ? "a guest ran" : $"a guest ran; with all features: {first}");
            }

            first ??= problem;
        }

        return accel == Accelerators.Kvm
            ? new Acceleration(VmxAccelerator.Kvm, $"the host's configuration says so, although no guest ran: {first}")
            : new Acceleration(VmxAccelerator.Emulation, first!);
    }

    /// <summary>Why KVM is not worth it: the same guest is much faster emulated, in the same seconds.</summary>
    private async Task<string?> SlowAsync(TimeSpan took, CancellationToken ct)
    {
        if (took <= Quick)
            return null;
        var (problem, emulated) = await TryAsync(VmxAccelerator.Emulation, ct);
        return problem is null && took > SlowFactor * emulated
            ? $"a guest ran under KVM, but took {took.TotalSeconds:0.0} s for what takes {emulated.TotalSeconds:0.0} s emulated"
            : null;
    }

    /// <summary>No problem when a guest ran, and how long it took; else why not.</summary>
    private async Task<(string? Problem, TimeSpan Took)> TryAsync(VmxAccelerator form, CancellationToken ct)
    {
        if (!File.Exists(vmx))
            return ($"{vmx} is not there", default);

        try
        {
            // Also what a host left that ended in its trial.
            await ClearAsync();
            folders.RequireReachable();
            folders.Prepare(Trial);
            folders.Give(Trial, uid);
            var result = await RunAsync(form, folders.OfVm(Trial), ct);
            await ClearAsync();
            return result;
        }
        catch (Exception e) when (e is FaultException or IOException or UnauthorizedAccessException or Win32Exception)
        {
            return (e.Message, default);
        }
    }

    /// <summary>Ends what a trial left running, and removes its folder.</summary>
    private async Task ClearAsync()
    {
        if (folders.IsTaken(Trial))
            throw new IOException($"{folders.OfVm(Trial)} belongs to a VM");
        await ProcessId.EndAllAsync(uid, folders.OfVm(Trial), [], EndLimit, TimeProvider.System, CancellationToken.None);
        folders.Remove(Trial);
    }

    private Process Start(ProcessStartInfo start)
    {
        lock (VmxLauncher.Starting)
            return Process.Start(start) ?? throw new IOException($"{vmx} cannot be started.");
    }

    private async Task<(string? Problem, TimeSpan Took)> RunAsync(VmxAccelerator form, string folder, CancellationToken ct)
    {
        string id = uid.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(vmx, ["--uid", id, "--gid", id, "--try", form.ToString(), qemu, folder + "/"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Start(start);
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            var (said, complained) = (process.StandardOutput.ReadToEndAsync(limit.Token),
                process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            var (answer, error) = ((await said).Trim(), (await complained).Trim());
            if (process.ExitCode == 0 && uint.TryParse(answer, CultureInfo.InvariantCulture, out uint milliseconds))
                return (null, TimeSpan.FromMilliseconds(milliseconds));
            string reason = $"{answer} {error}".Trim();
            return (reason.Length > 0 ? reason : $"lorica-vmx ended with {process.ExitCode}", default);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            return ($"no answer within {Limit.TotalSeconds:0} s", default);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }
}
