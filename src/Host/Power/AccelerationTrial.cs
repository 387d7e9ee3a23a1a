using System.ComponentModel;
using System.Diagnostics;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;

namespace Lorica.Host.Power;

/// <summary>
/// Decides at the start of a host how its guests run. KVM is believed only when a machine has run code under it, started by
/// <c>lorica-vmx</c> as the guests are: there are machines (KVM inside a VM) on which the device opens and no guest starts.
/// <code>
/// accel = tcg    emulation, nothing is tried
/// accel = kvm    KVM, in the form that passed the trial; plain KVM when none did, with a warning
/// accel = auto   KVM · KVM without arch-capabilities · emulation: the first that passes
/// </code>
/// </summary>
internal sealed class AccelerationTrial(string accel, string vmx, string qemu, uint uid, RunFolders folders)
{
    /// <summary>More than the vmx allows a guest.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly VmxAccelerator[] Forms = [VmxAccelerator.Kvm, VmxAccelerator.KvmWithoutArchCapabilities];

    /// <summary>Takes half a second where KVM works, none where there is no device; at most two minutes.</summary>
    public async Task<Acceleration> ChooseAsync(CancellationToken ct)
    {
        if (accel == Accelerators.Emulation)
            return new Acceleration(VmxAccelerator.Emulation, "the host's configuration says so");
        string? first = null;
        foreach (var form in Forms)
        {
            if (await TryAsync(form, ct) is not { } problem)
                return new Acceleration(form, first is null ? "a guest ran" : $"a guest ran; with all features: {first}");
            first ??= problem;
        }

        return accel == Accelerators.Kvm
            ? new Acceleration(VmxAccelerator.Kvm, $"the host's configuration says so, although no guest ran: {first}")
            : new Acceleration(VmxAccelerator.Emulation, first!);
    }

    /// <summary>Null when a guest ran, else why not.</summary>
    private async Task<string?> TryAsync(VmxAccelerator form, CancellationToken ct)
    {
        if (!File.Exists(vmx))
            return $"{vmx} is not there";

        // A folder as each VM has one; the name is nobody else's.
        var trial = Guid.NewGuid();
        try
        {
            folders.RequireReachable();
            folders.Prepare(trial);
            folders.Give(trial, uid);
            return await RunAsync(form, folders.OfVm(trial), ct);
        }
        catch (Exception e) when (e is FaultException or IOException or UnauthorizedAccessException or Win32Exception)
        {
            return e.Message;
        }
        finally
        {
            await ProcessId.EndAllAsync(uid, folders.OfVm(trial), [], Limit, TimeProvider.System, CancellationToken.None);
            folders.Remove(trial);
        }
    }

    private async Task<string?> RunAsync(VmxAccelerator form, string folder, CancellationToken ct)
    {
        var id = uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(vmx, ["--uid", id, "--gid", id, "--try", form.ToString(), qemu, folder])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start) ?? throw new IOException($"{vmx} cannot be started.");
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            var (said, complained) = (process.StandardOutput.ReadToEndAsync(limit.Token),
                process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            var reason = $"{await said} {await complained}".Trim();
            return process.ExitCode == 0 ? null : reason.Length > 0 ? reason : $"lorica-vmx ended with {process.ExitCode}";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            process.Kill();
            return $"no answer within {Limit.TotalSeconds:0} s";
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
