using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>The real program, killed in the middle of what it does.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private readonly Random _random = new(20);
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
    public async Task Jobs_killed_at_random_moments_go_on_and_end_with_the_same_bytes()
    {
        var vm = new TestVm("web01", disks: 2);
        await vm.ImportAsync(_host.Client);
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
        foreach (var name in (string[])["web01-flat.vmdk", "web01_1-flat.vmdk"])
            Assert.Equal(vm.Content, await File.ReadAllBytesAsync(Path.Combine(_template.Datastore, "web01", name)));
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
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!Directory.Exists(Path.Combine(_template.Datastore, $".import-{vm.Id}")))
                await Task.Delay(5, limit.Token);
            await _host.KillAsync();
        }

        Assert.NotEmpty(TestHost.EntriesOf(_template.Datastore));
        await _host.StartAsync(_kek, _next);
        Assert.Empty(TestHost.EntriesOf(_template.Datastore));
        await vm.ImportAsync(_host.Client);
    }

    [Fact]
    public async Task A_clone_and_a_relocation_killed_at_random_moments_leave_one_whole_VM_each()
    {
        var vm = new TestVm("src", _kek, disks: 2);
        var source = await vm.ImportAsync(_host.Client);
        var clone = TestJob.Clone(vm, source, "copy", _kek, "ds2");
        await KillAsync(() => new StartJobRequest(clone) { JobId = Guid.NewGuid().ToString(), Epoch = vm.NextEpoch }, kills: 3);
        var copy = await _host.Client.SucceedAsync(
            new StartJobRequest(clone) { JobId = Guid.NewGuid().ToString(), Epoch = vm.NextEpoch });
        Assert.Equal(clone.NewVm.VmId, copy.VmId);
        Assert.Equal(["copy"], TestHost.EntriesOf(_template.SecondDatastore).Select(Path.GetFileName));
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = copy.VmId, Epoch = 2 });

        await KillAsync(() => TestJob.Relocate(vm, source, "ds2"), kills: 3);
        await _host.Client.SucceedAsync(TestJob.Relocate(vm, source, "ds2"));
        Assert.Empty(TestHost.EntriesOf(_template.Datastore));
        Assert.Single(TestHost.EntriesOf(_template.SecondDatastore));
        var folder = Directory.EnumerateDirectories(_template.SecondDatastore).Single();
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(folder, "src_1", _kek));
    }

    /// <summary>Starts the job, kills the host within its run, restarts; and at last lets it end.</summary>
    private async Task<VmDescription> KillUntilDoneAsync(Func<StartJobRequest> order, int kills)
    {
        await KillAsync(order, kills);
        return await _host.Client.SucceedAsync(order());
    }

    private async Task KillAsync(Func<StartJobRequest> order, int kills)
    {
        for (int i = 0; i < kills; i++)
        {
            var request = order();
            await _host.Client.StartJobAsync(request);
            var moment = _random.Next(4);
            try
            {
                using var watch = _host.Client.WatchJob(new JobRequest { JobId = request.JobId });
                for (int n = 0; n < moment && await watch.ResponseStream.MoveNext(CancellationToken.None); n++)
                {
                    // A few messages into the job.
                }
            }
            catch (RpcException)
            {
                // It ended first.
            }

            await _host.KillAsync();
            await _host.StartAsync(_kek, _next);
            foreach (var d in (await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms)
            {
                Assert.Null(d.Suspect);
                Assert.All(d.Disks, x => Assert.Null(x.Suspect));
            }
        }
    }
}
