using Lorica.Contracts.Vmx;
using Lorica.Vmx.Native;

namespace Lorica.Vmx.Qemu;

/// <summary>
/// Finds out whether guests really run under an accelerator: starts a machine that executes code, as the user and in the sandbox
/// of a VM. Opening <c>/dev/kvm</c> proves nothing: inside a VM, QEMU may fail while it sets up the processor, or the guest may
/// end in real mode with an internal error of KVM.
/// </summary>
internal static class BootTrial
{
    /// <summary>The guest's code writes here and so ends QEMU.</summary>
    public const int ExitPort = 0x501;

    /// <summary>
    /// Firmware that KVM has to emulate instruction by instruction takes seconds, more so beside other load.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private const byte Answer = 0x2a;
    private const int SectorSize = 512;

    // The firmware starts from no disk of less than a cylinder.
    private const int ImageSize = 1024 * 1024;
    private const string InternalError = "KVM internal error";

    /// <summary>
    /// No problem when the guest's code ran, and how long it took from QEMU's start; else why not, in words for an operator.
    /// </summary>
    /// <param name="accelerator">What to try.</param>
    /// <param name="qemu">Path of QEMU.</param>
    /// <param name="folder">This user's own; the guest's disk is made in it.</param>
    /// <param name="time">Clock of the limit.</param>
    /// <param name="stop">Ends the trial.</param>
    public static async Task<(string? Problem, TimeSpan Took)> RunAsync(
        VmxAccelerator accelerator, string qemu, string folder, TimeProvider time, CancellationToken stop)
    {
        if (accelerator != VmxAccelerator.Emulation && Kvm.Problem is { } problem)
            return (problem, default);
        string image = Path.Combine(folder, "boot.img");
        await File.WriteAllBytesAsync(image, Image(), stop);
        long since = time.GetTimestamp();
        using var process = QemuProcess.Start(qemu, CommandLine.ForTrial(accelerator, image), CommandLine.Environment);
        try
        {
            while (!process.Exited.IsCompleted)
            {
                // QEMU goes on, stopped, after such an error.
                if (process.Output.Contains(InternalError, StringComparison.Ordinal))
                    return (Short(process.Output), default);
                if (time.GetElapsedTime(since) > Limit)
                    return ($"a guest ran no code within {Limit.TotalSeconds:0} s", default);
                await Task.WhenAny(process.Exited, Task.Delay(Look, time, stop));
                stop.ThrowIfCancellationRequested();
            }

            // The device ends QEMU with twice the written number, plus one.
            string how = await process.Exited;
            return how == $"exit code {Answer * 2 + 1}"
                ? (null, time.GetElapsedTime(since)) : (Short($"QEMU ended with {how}: {process.Output}"), default);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>
    /// A disk whose first sector a BIOS starts: <c>mov dx, ExitPort; mov al, Answer; out dx, al</c>, then halts.
    /// </summary>
    private static byte[] Image()
    {
        byte[] image = new byte[ImageSize];
        byte[] code = [0xfa, 0xba, ExitPort & 0xff, ExitPort >> 8, 0xb0, Answer, 0xee, 0xf4, 0xeb, 0xfd];
        code.CopyTo(image, 0);
        (image[SectorSize - 2], image[SectorSize - 1]) = (0x55, 0xaa);
        return image;
    }

    private static string Short(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
