using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Creation;

/// <summary>A datastore that is really full: a small tmpfs.</summary>
public sealed class FullDatastoreTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestHost _host = null!;
    private bool _mounted;

    public async ValueTask InitializeAsync()
    {
        _host = new TestHost(_folder);
        string small = _folder.Path("small");
        Directory.CreateDirectory(small);
        _mounted = Run("mount", "-t", "tmpfs", "-o", "size=34m", "lorica-test", small);
        if (!_mounted)
            Assert.Skip("No tmpfs can be mounted here; run as root.");
        _host.Config = _host.Config with { Datastores = [new DatastoreConfig("ds1", small)] };
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        if (_mounted)
            Assert.True(Run("umount", _folder.Path("small")));
        _folder.Dispose();
    }

    [Fact]
    public async Task An_import_that_fills_the_datastore_is_refused_and_leaves_nothing()
    {
        // The request does not say how much will come, so it is seen only in the middle.
        var vm = new TestVm("big");
        vm.Request.Disks[0].Capacity = 256L * 1024 * 1024;
        byte[] content = new byte[1024 * 1024];
        new Random(3).NextBytes(content);
        using var call = _host.Client.ImportVm();
        await call.RequestStream.WriteAsync(new ImportVmRequest { Vm = vm.Request });
        for (int i = 0; i < 128 && !call.ResponseAsync.IsCompleted; i++)
        {
            var data = new DiskData { Offset = i * 1024L * 1024, Data = Google.Protobuf.ByteString.CopyFrom(content) };
            await Task.WhenAny(call.RequestStream.WriteAsync(new ImportVmRequest { Data = data }), call.ResponseAsync);
        }

        if (!call.ResponseAsync.IsCompleted)
            await Task.WhenAny(call.RequestStream.CompleteAsync(), call.ResponseAsync);
        await FaultAssert.RefusedAsync(FaultTypes.NoDiskSpace, "lorica.noDiskSpace", () => call.ResponseAsync);
        Assert.Empty(TestHost.EntriesOf(_folder.Path("small")));
        Assert.Empty((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
    }

    [Fact]
    public async Task Each_job_is_refused_below_the_room_that_the_check_before_it_asks_for_and_runs_with_just_that()
    {
        Assert.True(Run("mount", "-o", "remount,size=96m", _folder.Path("small")));
        var (kek, next) = (TestKek.Make("k1"), TestKek.Make("k2"));
        await _host.DeliverAsync(kek, next);
        var vm = new TestVm("web01");
        var files = await vm.ImportAsync(_host.Client);

        files = await AskedAsync(vm, SpaceLimits.SideFile, () => TestJob.Order(vm, "encrypt", kek, TestVm.RecordsOf(files)));
        files = await AskedAsync(vm, SpaceLimits.SideFile, () => TestJob.Order(vm, "recryptDeep", next, TestVm.RecordsOf(files)));
        await AskedAsync(
            vm, SpaceLimits.CopyReserve + files.Disks.Sum(d => d.Used), () => TestJob.Clone(vm, files, "copy", next));
        await AskedAsync(vm, SpaceLimits.SideFile, () => TestJob.Order(vm, "decrypt", null, TestVm.RecordsOf(files)));
    }

    /// <summary>Runs a job with a page less than <paramref name="room"/> free, and with just that.</summary>
    private async Task<VmDescription> AskedAsync(TestVm vm, long room, Func<StartJobRequest> order)
    {
        string filler = Path.Combine(_folder.Path("small"), "filler");
        Fill(filler, room - Environment.SystemPageSize);
        var refused = await Record.ExceptionAsync(() => _host.Client.SucceedAsync(order()));
        Assert.Contains($"{room} are needed", refused!.ToString(), StringComparison.Ordinal);
        Fill(filler, room);
        var done = await _host.Client.SucceedAsync(order());
        File.Delete(filler);
        return done;
    }

    /// <summary>Leaves so many bytes free, in whole pages.</summary>
    private static void Fill(string filler, long free)
    {
        File.Delete(filler);
        var (_, now) = Lorica.Platform.Native.PosixFile.SpaceOf(Path.GetDirectoryName(filler)!);
        using var file = File.OpenHandle(filler, FileMode.CreateNew, FileAccess.Write, preallocationSize: now - free);
        var (_, left) = Lorica.Platform.Native.PosixFile.SpaceOf(Path.GetDirectoryName(filler)!);
        Assert.InRange(left, free, free + 3 * Environment.SystemPageSize);
    }

    private static bool Run(string program, params string[] arguments) => Tool.Run(program, arguments).ExitCode == 0;
}
