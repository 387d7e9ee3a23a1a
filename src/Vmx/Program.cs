using System.Runtime.InteropServices;
using Lorica.Crypto;
using Lorica.Disks.Locks;
using Lorica.Vmx;
using Lorica.Vmx.Native;
using Lorica.Vmx.Qemu;
using Lorica.Vmx.Startup;

// Exit codes: 0 the guest ended or the process was asked to stop, 2 refused before anything was started, 3 a mistake,
// 4 guests do not run under the accelerator that was to be tried (standard output says why; with
// 0 it says how many milliseconds the guest took).
try
{
    // First of all, before a byte of the host's is read: no core dump, no debugger, no privileges.
    ProcessHardening.Apply();
    var arguments = Arguments.Parse(args);
    Identity.Drop(arguments.Uid, arguments.Gid, Kvm.Groups);

    // A change of user makes the kernel forget the first.
    ProcessHardening.Apply();

    using var stop = new CancellationTokenSource();
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    if (arguments.Trial is { } trial)
    {
        var (problem, took) = await BootTrial.RunAsync(
            trial.Accelerator, trial.Qemu, trial.Folder, TimeProvider.System, stop.Token);
        Console.Out.WriteLine(problem?.ReplaceLineEndings(" ")
            ?? took.TotalMilliseconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture));
        return problem is null ? 0 : 4;
    }

    var (config, secrets) = arguments.Start is { } start
        ? StartReader.Read(start, arguments.Uid) : OldStartReader.Read(0, arguments.Uid);
    await new VirtualMachine(config, BootTimeProvider.Instance).RunAsync(secrets, stop.Token);
    return 0;
}
catch (VmxException e)
{
    Log.Write("", e.Message);
    return 2;
}
catch (CryptoException e)
{
    Log.Write("", e.Message);
    return 2;
}
catch (Exception e)
{
    // A mistake of this program. QEMU is left as it is; the host starts a new vmx.
    Log.Write("", $"unforeseen {e.GetType().Name}: {e.Message} {e.StackTrace}");
    return 3;
}
