using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Tests.Hosting;

/// <summary>
/// Plays the host for one machine: makes its run folder, holds its listening sockets and disks, starts vmx processes with them.
/// Whatever was started ends with the test.
/// </summary>
public sealed class TestHost : IAsyncDisposable
{
    private const uint Uid = 64_200;
    private static readonly Lock Spawning = new();
    private readonly List<VmxInstance> _instances = [];
    private readonly List<(SafeFileHandle File, SafeFileHandle Sync, byte[]? Key, string Zero)> _disks = [];
    private readonly Socket _nbd;
    private readonly Socket _control;

    public TestHost()
    {
        Folder = Directory.CreateTempSubdirectory("lorica-vmx-").FullName;
        RunFolder = Path.Combine(Folder, "run");
        Directory.CreateDirectory(RunFolder);

        // As the host does it: the way in is open for all, the run folder is the machine's, the control folder root's.
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1c9);
        File.SetUnixFileMode(RunFolder, (UnixFileMode)0x1c0);
        HostCalls.Own(RunFolder, Uid);
        string ctl = Path.Combine(Folder, "ctl");
        Directory.CreateDirectory(ctl, (UnixFileMode)0x1c0);
        _nbd = Listen(Path.Combine(RunFolder, "nbd.sock"));
        HostCalls.Own(Path.Combine(RunFolder, "nbd.sock"), Uid);
        _control = Listen(Path.Combine(ctl, "c.sock"));
        Config = new VmxConfig
        {
            VmId = Guid.NewGuid().ToString("D"), Name = "test", RunFolder = RunFolder, Uid = Uid, Cpus = 1, MemoryMib = 128,
            Qemu = VmxProgram.Qemu, Firmware = "bios", ControlFd = (int)_control.Handle, NbdFd = (int)_nbd.Handle,
        };
    }

    public string Folder { get; }

    public string RunFolder { get; }

    public string ControlPath => Path.Combine(Folder, "ctl", "c.sock");

    public string NbdPath => Path.Combine(RunFolder, "nbd.sock");

    public VmxConfig Config { get; }

    /// <summary>Files that are no descriptors of any disk, passed to show that they reach nobody.</summary>
    public List<SafeHandle> AlsoInherited { get; } = [];

    public static string UidText => Uid.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public void AddDisk(string file, byte[]? key = null, string zero = "hole")
    {
        var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var sync = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Config.Disks.Add(new VmxDisk
        {
            Label = $"virtio0:{_disks.Count}", ExtentFd = (int)handle.DangerousGetHandle(),
            SyncFd = (int)sync.DangerousGetHandle(), Length = new FileInfo(file).Length,
            ZeroRule = zero, DekLength = key?.Length ?? 0, KeepAllocation = zero == "error",
        });
        _disks.Add((handle, sync, key, zero));
    }

    public VmxInstance Start(bool adopt = false, ReadOnlySpan<byte> console = default, long consoleOffset = 0)
    {
        Config.Adopt = adopt;
        Config.Console = ByteString.CopyFrom(console);
        Config.ConsoleOffset = consoleOffset;
        byte[] message = Config.ToByteArray();
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        return StartRaw([.. length, .. message, .. _disks.SelectMany(d => d.Key ?? [])]);
    }

    /// <summary>Starts with these very bytes on standard input.</summary>
    public VmxInstance StartRaw(byte[] input, string? uid = null)
    {
        var start = new ProcessStartInfo(VmxProgram.Path, ["--uid", uid ?? UidText, "--gid", uid ?? UidText])
        {
            RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        Process process;
        nint[] inherited =
            [_nbd.Handle, _control.Handle,
                .. _disks.SelectMany(d => new[] { d.File.DangerousGetHandle(), d.Sync.DangerousGetHandle() }),
                .. AlsoInherited.Select(h => h.DangerousGetHandle())];
        lock (Spawning)
        {
            foreach (nint fd in inherited)
                HostCalls.Inherit(fd, true);
            process = Process.Start(start)!;
            foreach (nint fd in inherited)
                HostCalls.Inherit(fd, false);
        }

        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It refused before the end.
        }

        var instance = new VmxInstance(process, ControlPath);
        _instances.Add(instance);
        return instance;
    }

    public async ValueTask DisposeAsync()
    {
        string pidFile = Path.Combine(RunFolder, "qemu.pid");
        int? qemu = File.Exists(pidFile) && int.TryParse(await File.ReadAllTextAsync(pidFile), out int pid) ? pid : null;
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        if (qemu is { } left && IsOurQemu(left))
            HostCalls.Kill(left, 9);
        _nbd.Dispose();
        _control.Dispose();
        foreach (var disk in _disks)
        {
            disk.File.Dispose();
            disk.Sync.Dispose();
        }

        Directory.Delete(Folder, true);
    }

    // The number may have been reused.
    private bool IsOurQemu(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(RunFolder, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(16);
        return socket;
    }
}
