using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipes;
using Google.Protobuf;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Host.Refusals;
using Lorica.Platform.Native;
using Lorica.Platform.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// Starts vmx processes. A vmx inherits exactly the descriptors of its VM: they lose close-on-exec only while one process-wide
/// lock is held, in which no other child starts. The DEKs go from key memory into the pipe and from there into the vmx's key
/// memory.
/// </summary>
internal sealed class VmxLauncher(string vmx, string qemu, RunFolders folders)
{
    private const int Backlog = 16;

    private static readonly Lock Starting = new();

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
    /// connected sees it. The run state is durable before the vmx has what it needs to start a guest, so no host ever loses one.
    /// </summary>
    /// <param name="launch">What to start.</param>
    /// <param name="qemuBefore">QEMU, when it runs already.</param>
    public RunState Launch(VmxLaunch launch, ProcessId? qemuBefore)
    {
        string control = folders.ControlSocket(launch.Vm.Id);
        File.Delete(control);
        using var listener = UnixSocket.Listen(control, Backlog);
        int controlFd = (int)listener.DangerousGetHandle();
        var config = launch.ToConfig(folders.OfVm(launch.Vm.Id), qemu, controlFd);
        if (!launch.VmLock.Lease.IsValid)
            throw Refuse.LockLost(launch.Vm.Name, launch.VmLock.Lease.Reason);
        launch.VmLock.Shared = true;
        using var process = Start(launch.Uid, [controlFd, .. launch.Descriptors()]);
        var id = ProcessId.Of(process.Id);
        var state = new RunState
        {
            VmId = launch.Vm.Id, KernelBoot = RunFolders.KernelBoot, Vmx = id, Qemu = qemuBefore, NbdFd = config.NbdFd,
            Facts = launch.Facts, DiskLockFds = config.Disks.ToDictionary(d => d.Label, d => d.LockFd, StringComparer.Ordinal),
            DiskExtentFds = config.Disks.ToDictionary(d => d.Label, d => d.ExtentFd, StringComparer.Ordinal),
        };
        try
        {
            folders.Write(state);
            Send(process, config, launch);
        }
        catch (Exception e) when (e is CryptoException or IOException)
        {
            id?.SendKill();
            throw Refuse.With(FaultTypes.SystemError, "lorica.vmxFailed", launch.Vm.Name,
                $"The vmx of {launch.Vm.Name} ended before it had read its configuration.", "See the host's log.", e);
        }

        return state;
    }

    private Process Start(uint uid, int[] descriptors)
    {
        var start = new ProcessStartInfo(vmx) { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" };
        foreach (string argument in (string[])["--uid", uid.ToString(), "--gid", uid.ToString()])
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        lock (Starting)
        {
            foreach (int fd in descriptors)
                FileDescriptors.SetInheritable(fd, true);
            try
            {
                return Process.Start(start) ?? throw new IOException($"{vmx} cannot be started.");
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                throw Refuse.With(FaultTypes.SystemError, "lorica.vmxMissing", vmx, $"{vmx} cannot be started: {e.Message}",
                    "Set Vmx in the host's configuration.", e);
            }
            finally
            {
                foreach (int fd in descriptors)
                    FileDescriptors.SetInheritable(fd, false);
            }
        }
    }

    private static void Send(Process process, Contracts.Vmx.VmxConfig config, VmxLaunch launch)
    {
        using var input = process.StandardInput;
        byte[] bytes = config.ToByteArray();
        byte[] frame = new byte[4 + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, bytes.Length);
        bytes.CopyTo(frame, 4);
        input.BaseStream.Write(frame);
        input.BaseStream.Flush();
        var pipe = ((AnonymousPipeClientStream)input.BaseStream).SafePipeHandle;
        foreach (var link in launch.Disks.SelectMany(d => d.Opened.Links))
        {
            if (link.Dek is { } dek)
                KeyPipe.Write((int)pipe.DangerousGetHandle(), dek);
        }
    }
}
