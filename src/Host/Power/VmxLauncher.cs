using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Host.Refusals;
using Lorica.Platform.Native;
using Lorica.Platform.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// Starts vmx processes. A vmx inherits one socket, which loses close-on-exec only while one process-wide lock is held, in which
/// no other child starts; all else goes over it (<see cref="VmxDelivering"/>).
/// </summary>
internal sealed class VmxLauncher(string vmx, string qemu, RunFolders folders)
{
    private const int Backlog = 16;

    /// <summary>
    /// How long a vmx may take to read what it is given: one that stands still in the middle would hold its host up.
    /// </summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    /// <summary>Held while a child is started: none inherits the socket of another.</summary>
    internal static readonly Lock Starting = new();

    /// <summary>The listening NBD socket of a VM. The host keeps it, so that a restarted vmx serves at once.</summary>
    public SafeFileHandle ListenNbd(Guid vm, uint uid)
    {
        // The folder is root's while root works in it by path; the VM's uid gets it with the finished socket inside.
        folders.Prepare(vm);
        string path = folders.NbdSocket(vm);
        File.Delete(path);
        var socket = UnixSocket.Listen(path, Backlog);
        try
        {
            PosixFile.ChangeOwner(path, uid, uid);
            folders.Give(vm, uid);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Starts a vmx and hands it its configuration and keys. The control socket is the vmx's alone: when the vmx dies, whoever is
    /// connected sees it. The run state names the vmx before it gets locks and keys, and its descriptors before it has what it
    /// needs to start a guest, so no host ever loses one.
    /// </summary>
    /// <param name="launch">What to start.</param>
    /// <param name="qemuBefore">QEMU, when it runs already.</param>
    public RunState Launch(VmxLaunch launch, ProcessId? qemuBefore)
    {
        string control = folders.ControlSocket(launch.Vm.Id);
        File.Delete(control);
        using var listener = UnixSocket.Listen(control, Backlog);
        if (!launch.VmLock.Lease.IsValid)
            throw Refuse.LockLost(launch.Vm.Name, launch.VmLock.Lease.Reason);
        launch.VmLock.Shared = true;
        var (own, its) = DescriptorSocket.Pair();
        using var socket = own;
        using var process = Start(launch.Uid, its);
        var id = ProcessId.Of(process.Id);
        using var stuck = TimeProvider.System.CreateTimer(_ => End(id), null, StartLimit, Timeout.InfiniteTimeSpan);
        try
        {
            folders.Write(new RunState
            {
                VmId = launch.Vm.Id, KernelBoot = RunFolders.KernelBoot, Vmx = id, Qemu = qemuBefore, Facts = launch.Facts,
                Disks = [],
            });
            var numberOf = VmxDelivering.Deliver(socket, [listener, .. launch.Descriptors()], launch.Secrets());
            var config = launch.ToConfig(folders.OfVm(launch.Vm.Id), qemu, listener, numberOf);
            var state = new RunState
            {
                VmId = launch.Vm.Id, KernelBoot = RunFolders.KernelBoot, Vmx = id, Qemu = qemuBefore, NbdFd = config.NbdFd,
                Facts = launch.Facts, Disks = launch.ToRunDisks(numberOf),
            };
            folders.Write(state);
            socket.Send(config.ToByteArray());
            return state;
        }
        catch (Exception e) when (e is CryptoException or IOException)
        {
            id?.SendKill();
            throw Refuse.With(FaultTypes.SystemError, "lorica.vmxFailed", launch.Vm.Name,
                $"The vmx of {launch.Vm.Name} ended before it had read its configuration.", "See the host's log.", e);
        }
    }

    /// <summary>Ends a vmx that stands still; what fails here must not end the host.</summary>
    private static void End(ProcessId? vmx)
    {
        try
        {
            vmx?.SendKill();
        }
        catch (IOException)
        {
            // It is waited for on, as if it had never been late.
        }
    }

    /// <summary>Starts the process with its end of the pair, which is closed here in any case.</summary>
    private Process Start(uint uid, DescriptorSocket its)
    {
        using var end = its;
        int fd = (int)end.Handle.DangerousGetHandle();
        var start = new ProcessStartInfo(
            vmx, ["--uid", uid.ToString(), "--gid", uid.ToString(), "--start", fd.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/",
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        lock (Starting)
        {
            FileDescriptors.SetInheritable(end.Handle, true);
            try
            {
                var process = Process.Start(start) ?? throw new IOException($"{vmx} cannot be started.");
                process.StandardInput.Close();
                return process;
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                throw Refuse.With(FaultTypes.SystemError, "lorica.vmxMissing", vmx, $"{vmx} cannot be started: {e.Message}",
                    "Set Vmx in the host's configuration.", e);
            }
            finally
            {
                FileDescriptors.SetInheritable(end.Handle, false);
            }
        }
    }
}
