using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>The real program, killed in the middle of what it does.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private const int MostRounds = 10;
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private readonly Random _random = new(20);
    private readonly HashSet<string> _met = [];
    private TestHost _template = null!;
    private HostProcess _host = null!;

    public async ValueTask InitializeAsync()
    {
        _template = new TestHost(_folder);
        _host = new HostProcess(_template, _folder);
        await _host.StartAsync(_kek, _next);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _template.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Jobs_killed_when_they_have_begun_and_at_random_moments_go_on_and_end_with_the_same_bytes()
    {
        var vm = new TestVm("web01", disks: 2);
        await vm.ImportAsync(_host.Client);
        await UntilEachIsMetAsync(["encrypt", "recryptShallow", "recryptDeep", "decrypt"], async () =>
        {
            var encrypted = await KillUntilDoneAsync(() => TestJob.Order(vm, "encrypt", _kek), kills: 3);
            Assert.True(encrypted.Encrypted);
            Assert.All(encrypted.Disks, d => Assert.Equal((true, _kek.Ref), (d.Encrypted, d.Key)));
            Assert.False(TestVm.IsFound(_template.Datastore, TestVm.Marker));

            var records = TestVm.RecordsOf(encrypted);
            var recrypted = await KillUntilDoneAsync(() => TestJob.Order(vm, "recryptShallow", _next, records), kills: 2);
            Assert.Equal(_next.Ref, recrypted.Key);
            Assert.All(recrypted.Disks, d => Assert.Equal(_next.Ref, d.Key));

            records = TestVm.RecordsOf(recrypted);
            var rekeyed = await KillUntilDoneAsync(() => TestJob.Order(vm, "recryptDeep", _kek, records), kills: 3);
            Assert.Equal(_kek.Ref, rekeyed.Key);
            Assert.All(rekeyed.Disks, d => Assert.Equal(_kek.Ref, d.Key));
            Assert.False(TestVm.IsFound(_template.Datastore, TestVm.Marker));

            records = TestVm.RecordsOf(rekeyed);
            var decrypted = await KillUntilDoneAsync(() => TestJob.Order(vm, "decrypt", null, records), kills: 3);
            Assert.False(decrypted.Encrypted);
            foreach (string name in (string[])["web01-flat.vmdk", "web01_1-flat.vmdk"])
                Assert.Equal(vm.Content, await File.ReadAllBytesAsync(Path.Combine(_template.Datastore, "web01", name)));
        });
    }

    [Fact]
    public async Task An_import_killed_in_the_middle_leaves_nothing()
    {
        var vm = new TestVm();
        using (var call = _host.Client.ImportVm())
        {
            await call.RequestStream.WriteAsync(new ImportVmRequest { Vm = vm.Request });
            await call.RequestStream.WriteAsync(new ImportVmRequest
            {
                Data = new DiskData { Offset = 0, Data = Google.Protobuf.ByteString.CopyFrom(vm.Content, 0, 1024 * 1024) },
            });
            await Wait.UntilAsync(
                () => Directory.Exists(Path.Combine(_template.Datastore, $".import-{vm.Id}")), "the import has begun");
            await _host.KillAsync();
        }

        Assert.NotEmpty(TestHost.EntriesOf(_template.Datastore));
        await _host.StartAsync(_kek, _next);
        Assert.Empty(TestHost.EntriesOf(_template.Datastore));
        await vm.ImportAsync(_host.Client);
    }

    [Fact]
    public async Task A_clone_and_a_relocation_killed_on_their_way_leave_one_whole_VM_each()
    {
        var vm = new TestVm("src", _kek, disks: 2);
        var source = await vm.ImportAsync(_host.Client);
        var (here, there, to) = (_template.Datastore, _template.SecondDatastore, "ds2");
        await UntilEachIsMetAsync(["clone", "relocate"], async () =>
        {
            var clone = TestJob.Clone(vm, source, "copy", _kek, to);
            await KillAsync(
                () => new StartJobRequest(clone) { JobId = Guid.NewGuid().ToString(), Epoch = vm.NextEpoch }, kills: 3);
            var copy = await _host.Client.SucceedAsync(
                new StartJobRequest(clone) { JobId = Guid.NewGuid().ToString(), Epoch = vm.NextEpoch });
            Assert.Equal(clone.NewVm.VmId, copy.VmId);
            Assert.Equal(["copy"], TestHost.EntriesOf(there).Select(Path.GetFileName));
            await _host.Client.DeleteVmAsync(new VmOperation { VmId = copy.VmId, Epoch = 2 });

            var records = source;
            await KillAsync(() => TestJob.Relocate(vm, records, to), kills: 3);
            source = await _host.Client.SucceedAsync(TestJob.Relocate(vm, records, to));
            Assert.Empty(TestHost.EntriesOf(here));
            Assert.Single(TestHost.EntriesOf(there));
            Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Directory.EnumerateDirectories(there).Single(), "src_1", _kek));
            (here, there, to) = (there, here, to == "ds2" ? "ds1" : "ds2");
        });
    }

    /// <summary>
    /// A kill may come when the job has just ended, on a machine that is busy; so it goes round until each kind of job was met
    /// half-done.
    /// </summary>
    private async Task UntilEachIsMetAsync(string[] kinds, Func<Task> round)
    {
        for (int i = 0; i < MostRounds && kinds.Any(k => !_met.Contains(k)); i++)
            await round();
        Assert.Equal(kinds.Order(), _met.Order());
    }

    /// <summary>Starts the job, kills the host within its run, restarts; and at last lets it end.</summary>
    private async Task<VmDescription> KillUntilDoneAsync(Func<StartJobRequest> order, int kills)
    {
        await KillAsync(order, kills);
        return await _host.Client.SucceedAsync(order());
    }

    /// <summary>The first kill comes when the files show that the job began, the others at random moments.</summary>
    private async Task KillAsync(Func<StartJobRequest> order, int kills)
    {
        for (int i = 0; i < kills; i++)
        {
            var request = order();
            string before = Files();
            await _host.Client.StartJobAsync(request);
            if (i == 0)
                await BegunAsync(request.JobId, before);
            else
                await WatchedAsync(request.JobId, _random.Next(4));
            await _host.KillAsync();
            bool left = HiddenFolders().Any();
            await _host.StartAsync(_kek, _next);
            var vms = (await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms;
            foreach (var d in vms)
            {
                Assert.Null(d.Suspect);
                Assert.All(d.Disks, x => Assert.Null(x.Suspect));
            }

            if (left || vms.Any(d => d.PendingJob != UnfinishedWork.Unspecified))
                _met.Add(char.ToLowerInvariant($"{request.Kind}"[0]) + $"{request.Kind}"[1..]);
        }
    }

    /// <summary>Until the files are others, or the job has ended without that.</summary>
    private async Task BegunAsync(string job, string before)
    {
        var watched = WatchedAsync(job, int.MaxValue);
        while (Files() == before && !watched.IsCompleted)
            await Task.Yield();
    }

    private async Task WatchedAsync(string job, int messages)
    {
        try
        {
            using var watch = _host.Client.WatchJob(new JobRequest { JobId = job });
            for (int n = 0; n < messages && await watch.ResponseStream.MoveNext(CancellationToken.None); n++)
            {
                // A few messages into the job.
            }
        }
        catch (RpcException)
        {
            // It ended first, or the host did.
        }
    }

    private IEnumerable<string> HiddenFolders() => new[] { _template.Datastore, _template.SecondDatastore }
        .SelectMany(d => Directory.EnumerateDirectories(d, ".*"));

    /// <summary>What a job that begins changes: names in both datastores, and the VMX files, which it replaces.</summary>
    private string Files() => string.Join('\n', new[] { _template.Datastore, _template.SecondDatastore }
        .SelectMany(d => Directory.EnumerateFileSystemEntries(d, "*", SearchOption.AllDirectories))
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        .Select(f => f.EndsWith(".vmx", StringComparison.Ordinal) ? $"{f} {File.GetLastWriteTimeUtc(f).Ticks}" : f));
}
