using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Platform.Sockets;
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
    private readonly List<(SafeFileHandle File, SafeFileHandle Sync, byte[]? Key)> _disks = [];
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

    /// <summary>What the vmx is told; descriptors by this process's numbers.</summary>
    public VmxConfig Config { get; }

    /// <summary>Starts as hosts of before do.</summary>
    public bool StartsLikeBefore { get; init; }

    /// <summary>Files that are no descriptors of any disk, passed to show that they reach nobody.</summary>
    public List<SafeHandle> AlsoInherited { get; } = [];

    public static string UidText => Uid.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public void AddDisk(string file, byte[]? key = null)
    {
        var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var sync = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        string label = $"virtio0:{_disks.Count}";
        Config.Exports.Add(new VmxExport
        {
            Label = label, Length = new FileInfo(file).Length,
            Links =
            {
                new VmxLink
                {
                    ExtentFd = (int)handle.DangerousGetHandle(), SyncFd = (int)sync.DangerousGetHandle(),
                    ZeroRule = VmxZeroRule.Hole, Secret = key is null ? "" : $"{label}/0",
                },
            },
        });
        _disks.Add((handle, sync, key));
    }

    public VmxInstance Start(bool adopt = false, ReadOnlySpan<byte> console = default, long consoleOffset = 0)
    {
        Config.Adopt = adopt;
        Config.Console = ByteString.CopyFrom(console);
        Config.ConsoleOffset = consoleOffset;
        if (StartsLikeBefore)
            return StartRaw([.. Before(Config), .. _disks.SelectMany(d => d.Key ?? [])]);
        return StartOver(socket => socket.Send(Told(Deliver(socket)).ToByteArray()));
    }

    /// <summary>Hands over the descriptors and keys; by what numbers the vmx has them.</summary>
    public Func<int, int> Deliver(DescriptorSocket socket)
    {
        var own = Handles();
        var secrets = Config.Exports.Zip(_disks).Where(d => d.Second.Key is not null)
            .Select(d => (d.First.Label, d.Second.Key!)).ToArray();
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        foreach (var (_, key) in secrets)
            pipe.Write(key);
        var message = new VmxDelivery { Descriptors = own.Length };
        message.Secrets.AddRange(secrets.Select(s => new VmxSecret { Name = $"{s.Label}/0", Length = s.Item2.Length }));
        socket.Send(message.ToByteArray(), secrets.Length == 0 ? own : [.. own, pipe.ClientSafePipeHandle]);
        pipe.Dispose();
        var numbers = VmxDelivered.Parser.ParseFrom(socket.Receive(1 << 16, out _) ?? throw new EndOfStreamException()).Numbers;
        var of = own.Select((h, i) => ((int)h.DangerousGetHandle(), numbers[i])).ToDictionary();
        return n => of.GetValueOrDefault(n, n);
    }

    /// <summary>The configuration with the vmx's numbers.</summary>
    public VmxConfig Told(Func<int, int> number)
    {
        var told = new VmxConfig(Config) { ControlFd = number(Config.ControlFd), NbdFd = number(Config.NbdFd) };
        foreach (var link in told.Exports.SelectMany(e => e.Links))
            (link.ExtentFd, link.SyncFd) = (number(link.ExtentFd), number(link.SyncFd));
        return told;
    }

    /// <summary>A configuration in the form that hosts of before send, with its length in front.</summary>
    public static byte[] Before(VmxConfig config)
    {
        var before = new VmxConfig(config);
        before.Exports.Clear();
        before.Exports.AddRange(config.Exports.Select(e => new VmxExport
        {
            Label = e.Label, Length = e.Length, ExtentFd = e.Links[0].ExtentFd, SyncFd = e.Links[0].SyncFd, ZeroRule = "hole",
            DekLength = e.Links[0].Secret.Length == 0 ? 0 : 64,
        }));
        byte[] message = before.ToByteArray(), length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        return [.. length, .. message];
    }

    /// <summary>Starts with these very bytes on standard input, and all descriptors inherited.</summary>
    public VmxInstance StartRaw(byte[] input, string? uid = null)
    {
        var process = Spawn(["--uid", uid ?? UidText, "--gid", uid ?? UidText], Handles());
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It refused before the end.
        }

        return Kept(process);
    }

    /// <summary>Starts with one socket, over which <paramref name="say"/> says what to start.</summary>
    public VmxInstance StartOver(Action<DescriptorSocket> say)
    {
        var (own, its) = DescriptorSocket.Pair();
        using var socket = own;
        Process process;
        using (its)
        {
            int fd = (int)its.Handle.DangerousGetHandle();
            process = Spawn(["--uid", UidText, "--gid", UidText, "--start", $"{fd}"], [its.Handle]);
        }

        process.StandardInput.Close();
        try
        {
            say(socket);
        }
        catch (IOException)
        {
            // It refused before the end.
        }

        return Kept(process);
    }

    private static Process Spawn(string[] arguments, SafeHandle[] inherited)
    {
        var start = new ProcessStartInfo(VmxProgram.Path, arguments)
        {
            RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        lock (Spawning)
        {
            foreach (var handle in inherited)
                HostCalls.Inherit(handle.DangerousGetHandle(), true);
            var process = Process.Start(start)!;
            foreach (var handle in inherited)
                HostCalls.Inherit(handle.DangerousGetHandle(), false);
            return process;
        }
    }

    private SafeHandle[] Handles() =>
    [
        _nbd.SafeHandle, _control.SafeHandle, .. _disks.SelectMany(d => new SafeHandle[] { d.File, d.Sync }), .. AlsoInherited,
    ];

    private VmxInstance Kept(Process process)
    {
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
            Platform.Processes.Signals.Send(left, 9);
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
