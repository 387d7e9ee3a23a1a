using System.Security.Cryptography;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks.Locks;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>
/// A machine that is suspended in the middle of a change, and another host that takes the VM meanwhile: what the change would
/// still have written would be in files that are the other's.
/// </summary>
public sealed class LostLockTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly SuspendingTime _time = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private TestHost _host = null!;
    private Dictionary<string, string>? _taken;
    private WriterRecord? _other;

    /// <summary>Every step at which something durable changes, for each kind of job (<see cref="StepWatch"/>).</summary>
    public static TheoryData<string, string> Steps
    {
        get
        {
            var steps = new TheoryData<string, string>();
            void Add(string kind, params string[] ofKind)
            {
                foreach (string step in ofKind)
                    steps.Add(kind, step);
            }

            Add("encrypt", "vmx 1", "side", "disk 1", "windows", "vmx 2", "disk 2", "side's end", "vmx 3", "vmx 4");
            Add("decrypt", "vmx 1", "side", "disk 1", "windows", "vmx 2", "disk 2", "side's end", "vmx 3");
            Add("recryptDeep", "vmx 1", "side", "disk 1", "windows", "disk 2", "side's end", "vmx 2", "vmx 3", "vmx 4");
            Add("recryptShallow", "vmx 1", "disk 1", "vmx 2", "vmx 3", "disk 2", "vmx 4");
            return steps;
        }
    }

    private string Home => Path.Combine(_host.Datastore, "sec");

    public async ValueTask InitializeAsync()
    {
        _host = new TestHost(_folder, time: _time);
        await _host.StartAsync();
        await _host.DeliverAsync(_kek, _next);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_job_whose_machine_sleeps_at_any_step_writes_nothing_more_into_files_that_are_somebody_elses(
        string kind, string step)
    {
        var (vm, files) = await MakeAsync(kind != "encrypt");
        var key = kind switch { "encrypt" => _kek, "decrypt" => null, _ => _next };
        TakeAt(step, vm);
        var job = await _host.Client.RunAsync(TestJob.Order(vm, kind, key, TestVm.RecordsOf(files)));
        Assert.True(_taken is not null, $"{kind} never came to {step}.");
        Assert.Equal("lorica.lockLost", job.Fault?.Key);
        Assert.StartsWith("The right to change [ds1] sec/sec.vmx was lost", job.Fault!.Message, StringComparison.Ordinal);
        RequireUntouched();

        // The other one has let go: who opens the VM next ends what was begun.
        Write(_other! with { Held = false });
        await _host.Client.SucceedAsync(TestJob.Order(vm, kind, key, TestVm.RecordsOf(files)));
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Home, "sec", key is null ? [] : [key]));
    }

    [Theory]
    [InlineData("2 copied")]
    [InlineData("3 renamed")]
    public async Task A_vm_that_somebody_took_while_it_was_relocated_stays_where_it_is(string step)
    {
        var (vm, files) = await MakeAsync(encrypted: true);
        _host.Node.Jobs.AfterStep = s => TakeIf(s == step, vm);
        var job = await _host.Client.RunAsync(TestJob.Relocate(vm, files, "ds2"));
        Assert.Equal("lorica.lockLost", job.Fault?.Key);
        RequireUntouched();
        Assert.Empty(TestHost.EntriesOf(_host.SecondDatastore));
        var here = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Equal(("[ds1] sec/sec.vmx", "other-host"), (here.Path, here.Lock.HostId));
    }

    [Fact]
    public async Task No_clone_stands_that_was_read_while_somebody_else_had_the_source()
    {
        var (vm, files) = await MakeAsync(encrypted: true);
        _host.Node.Jobs.AfterStep = s => TakeIf(s == "copied", vm);
        var job = await _host.Client.RunAsync(TestJob.Clone(vm, files, "clone", _next, "ds2"));
        Assert.Equal("lorica.lockLost", job.Fault?.Key);
        RequireUntouched();
        Assert.Empty(TestHost.EntriesOf(_host.SecondDatastore));
        Assert.Single((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
    }

    [Theory]
    [InlineData("rename", "vmx 1")]
    [InlineData("resize", "disk 1")]
    [InlineData("add", "vmx 1")]
    [InlineData("remove", "disk gone")]
    public async Task A_short_change_ends_where_the_lock_was_lost(string change, string step)
    {
        var (vm, files) = await MakeAsync(encrypted: true);
        var records = TestVm.RecordsOf(files);
        TakeAt(step, vm);
        var (id, epoch) = (vm.Id, vm.NextEpoch);
        var resize = new ChangeDiskRequest
        {
            VmId = id, Epoch = epoch, Records = { records },
            Resize = new ResizeDisk { Label = "virtio0:0", Capacity = 512 * 1024 },
        };
        var add = new ChangeDiskRequest
        {
            VmId = id, Epoch = epoch, Records = { records },
            Add = new DiskSpec
            {
                Label = "virtio0:1", Capacity = 4096, Provisioning = DiskFormat.Thin, ObjectId = Guid.NewGuid().ToString(),
                Key = _kek.Ref, Kcv = _kek.Kcv,
            },
        };
        var rename = new RenameVmRequest { VmId = id, Epoch = epoch, Name = "other", Records = { records } };
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.lockLost", () => change switch
        {
            "rename" => _host.Client.RenameVmAsync(rename).ResponseAsync,
            "resize" => _host.Client.ChangeDiskAsync(resize).ResponseAsync,
            "add" => _host.Client.ChangeDiskAsync(add).ResponseAsync,
            _ => _host.Client.DeleteVmAsync(new VmOperation { VmId = id, Epoch = epoch }).ResponseAsync,
        });
        RequireUntouched();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_that_sleeps_while_it_takes_the_lock_has_no_right_when_it_wakes(bool written)
    {
        var (vm, files) = await MakeAsync(encrypted: true);
        long epoch = vm.NextEpoch;
        int looks = 0;
        _time.Looked = () =>
        {
            // The first look comes before the record is read, the second before it is written.
            using var home = _host.OpenHome(vm.Id);
            var (record, locked) = Lorica.Host.Home.VmLock.Peek(home);
            TakeIf(written ? record?.Epoch == epoch && locked : locked && ++looks == 2, vm);
        };
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.lockLost", _host.Client.RenameVmAsync(
            new RenameVmRequest { VmId = vm.Id, Epoch = epoch, Name = "other", Records = { TestVm.RecordsOf(files) } }));
        RequireUntouched();
    }

    [Fact]
    public async Task No_vmx_is_started_under_a_lock_that_was_lost()
    {
        var (vm, files) = await MakeAsync(encrypted: true);
        string socket = Path.Combine(_host.Config.RunFolder, vm.Id[..8], "nbd.sock");
        _time.Looked = () => TakeIf(File.Exists(socket), vm);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.lockLost", _host.Client.PowerOnAsync(
            new PowerOnRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Records = { TestVm.RecordsOf(files) } }));
        RequireUntouched();
    }

    private async Task<(TestVm Vm, VmDescription Files)> MakeAsync(bool encrypted)
    {
        var vm = new TestVm("sec", encrypted ? _kek : null, capacity: 256 * 1024);
        return (vm, await vm.ImportAsync(_host.Client));
    }

    private void TakeAt(string step, TestVm vm)
    {
        var watch = new StepWatch(Home, "sec");
        _time.Looked = () => TakeIf(watch.Look() == step, vm);
    }

    private void TakeIf(bool now, TestVm vm)
    {
        if (!now || _taken is not null)
            return;
        _taken = Snapshot();
        _other = new WriterRecord { HostId = "other-host", BootId = "b", Epoch = vm.NextEpoch };
        Write(_other);
        _time.Suspend(TimeSpan.FromMinutes(1));
    }

    private void RequireUntouched()
    {
        Assert.Equal(_taken, Snapshot());
        using var file = OpenLock();
        Assert.Equal(_other, WriterLockFile.Read(file));
    }

    private void Write(WriterRecord record)
    {
        using var file = OpenLock();
        WriterLockFile.Write(file, record);
    }

    private Microsoft.Win32.SafeHandles.SafeFileHandle OpenLock() => File.OpenHandle(
        Path.Combine(Home, ".sec.vmx.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private Dictionary<string, string> Snapshot() => Directory.EnumerateFiles(Home)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(f => f, f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));
}
