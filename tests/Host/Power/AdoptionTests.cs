using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Lorica.Host.Power;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Power;

/// <summary>
/// A host that starts beside VMs that run since before, some of them in trouble. In the place of each vmx stands a process that
/// holds the disk's file as the vmx does and takes no part in anything.
/// </summary>
public sealed class AdoptionTests : IAsyncLifetime
{
    private const int Extent = 7;

    private readonly TestFolder _folder = new();
    private readonly List<Process> _processes = [];
    private readonly List<Socket> _sockets = [];
    private TestHost _host = null!;
    private RunFolders _runs = null!;
    private string? _mounted;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        _runs = new RunFolders(_host.Config.RunFolder);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _sockets.ForEach(s => s.Dispose());
        if (_mounted is not null)
            await Tool.OutputAsync("umount", "--lazy", _mounted);
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_VM_in_trouble_keeps_no_host_from_the_others()
    {
        var (troubled, fine) = (await MakeAsync("a"), await MakeAsync("b"));
        await _host.StopAsync();
        await StandInAsync(fine, "exec 7<\"$0\"", FlatOf("b"));

        // What is kept of its run cannot be read.
        Directory.CreateDirectory(Path.Combine(_host.Config.RunFolder, "ctl", $"{troubled:N}"[..8] + ".json"));

        await _host.StartAsync();

        Assert.Null(Running(troubled));
        Assert.Empty(Running(fine)!.Witnesses!.Missing);
    }

    /// <summary>A host of an earlier version started it, when a disk was one file.</summary>
    [Fact]
    public async Task A_running_VM_that_an_earlier_version_started_is_taken_up_with_its_witness()
    {
        var vm = await MakeAsync("a");
        await _host.StopAsync();
        await StandInAsync(vm, "exec 7<\"$0\"", FlatOf("a"));
        var state = _runs.Read(vm)!;
        await File.WriteAllTextAsync(
            Path.Combine(_host.Config.RunFolder, "ctl", $"{vm:N}"[..8] + ".json"),
            OldRun.Text(vm, state.Vmx!, Guid.NewGuid(), extent: Extent, heldLock: 0));

        await _host.StartAsync();

        Assert.Empty(Running(vm)!.Witnesses!.Missing);
        Assert.Null(Running(vm)!.Witnesses!.Ask());
        Assert.Equal(Extent, Assert.Single(Assert.Single(Running(vm)!.State.Disks).Links).ExtentFd);
    }

    [Fact]
    public async Task A_running_VM_whose_disk_lies_on_storage_that_became_read_only_is_taken_up_with_its_witness()
    {
        var vm = await MakeAsync("a");
        await _host.StopAsync();
        string side = Directory.CreateDirectory(_folder.Path("read-only")).FullName;
        await Tool.OutputAsync("mount", "--bind", Path.Combine(_host.Datastore, "a"), _mounted = side);
        await Tool.OutputAsync("mount", "-o", "remount,bind,ro", side);
        await StandInAsync(vm, "exec 7<\"$0\"", Path.Combine(side, "a-flat.vmdk"));

        await _host.StartAsync();

        Assert.Empty(Running(vm)!.Witnesses!.Missing);
        Assert.Null(Running(vm)!.Witnesses!.Ask());
    }

    [Fact]
    public async Task A_running_VM_of_whose_disk_no_witness_can_be_had_is_taken_up_all_the_same()
    {
        var vm = await MakeAsync("a");
        await _host.StopAsync();
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(listener);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();

        // A socket cannot be opened once more.
        await StandInAsync(vm, "exec 7<>\"$0\"", $"/dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndPoint!).Port}");

        await _host.StartAsync();

        Assert.Contains("virtio0:0", Assert.Single(Running(vm)!.Witnesses!.Missing), StringComparison.Ordinal);
    }

    private RunningVm? Running(Guid vm) => _host.Node.Table.Find(vm.ToString()).Entry.Running;

    private string FlatOf(string name) => Path.Combine(_host.Datastore, name, $"{name}-flat.vmdk");

    private async Task<Guid> MakeAsync(string name)
    {
        var vm = new TestVm(name, null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        return Guid.Parse(vm.Id);
    }

    private async Task StandInAsync(Guid vm, string open, string path)
    {
        var process = Process.Start("bash", ["-c", open + "; exec sleep 600", path]);
        _processes.Add(process);
        await Wait.UntilAsync(
            () => new FileInfo($"/proc/{process.Id}/exe").LinkTarget?.EndsWith("/bash", StringComparison.Ordinal) == false,
            "the stand-in has its file open");
        Assert.NotNull(new FileInfo($"/proc/{process.Id}/fd/{Extent}").LinkTarget);
        _runs.Write(new RunState
        {
            VmId = vm, KernelBoot = RunFolders.KernelBoot, Vmx = ProcessId.Of(process.Id),
            Facts = new RunFacts { Home = new VerifiedObject { Id = vm }, Disks = [] },
            Disks = [new RunDisk("virtio0:0", [new RunLink(Guid.NewGuid(), Extent, 0)])],
        });

        // It takes the host's connection and never answers.
        var control = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _sockets.Add(control);
        control.Bind(new UnixDomainSocketEndPoint(_runs.ControlSocket(vm)));
        control.Listen();
    }
}
