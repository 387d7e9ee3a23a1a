using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>A job that is taken back before it begins does not begin, whoever still has a call for it here.</summary>
public sealed class TakenBackTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1");
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("encrypt")]
    [InlineData("clone")]
    [InlineData("relocate")]
    public async Task One_that_waits_for_its_turn_is_not_begun_after_the_host_said_that_there_is_none(string kind)
    {
        var vm = new TestVm("src");
        var order = Order(vm, await vm.ImportAsync(_host.Client), kind);
        var (registration, entry) = _host.Node.Table.Find(vm.Id);
        Task<JobDescription> starting;
        using (await entry.EnterAsync(registration.DisplayPath, CancellationToken.None))
        {
            starting = _host.Client.StartJobAsync(order).ResponseAsync;
            await Wait.UntilAsync(() => _host.Node.Jobs.Arriving == 1, "the call waits for its turn");
            await AssertNoneAsync(order);
        }

        await FaultAssert.RefusedAsync(FaultTypes.RequestCanceled, "lorica.cancelled", () => starting);
        await AssertNothingAsync(order);
    }

    [Theory]
    [InlineData("encrypt")]
    [InlineData("clone")]
    [InlineData("relocate")]
    public async Task One_that_is_about_to_begin_is_not_begun_after_the_host_said_that_there_is_none(string kind)
    {
        var vm = new TestVm("src");
        var order = Order(vm, await vm.ImportAsync(_host.Client), kind);
        FaultException? none = null;
        _host.Node.Jobs.BeforeBegin = () => none = Assert.Throws<FaultException>(() => _host.Node.Jobs.Cancel(order.JobId));
        await FaultAssert.RefusedAsync(
            FaultTypes.RequestCanceled, "lorica.cancelled", () => _host.Client.StartJobAsync(order).ResponseAsync);
        Assert.Equal("lorica.jobNotFound", none?.Fault.Key);
        await AssertNothingAsync(order);

        // It was that call that was not to begin it; whoever asks for it afterwards wants it.
        _host.Node.Jobs.BeforeBegin = null;
        await _host.Client.SucceedAsync(order);
    }

    [Fact]
    public async Task One_whose_caller_has_gone_while_it_was_checked_is_not_begun()
    {
        var vm = new TestVm("src");
        var order = Order(vm, await vm.ImportAsync(_host.Client), "encrypt");
        using var caller = new CancellationTokenSource();
        _host.Node.Jobs.BeforeBegin = caller.Cancel;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _host.Node.Jobs.StartAsync(order, caller.Token));
        await AssertNothingAsync(order);
    }

    private StartJobRequest Order(TestVm vm, VmDescription files, string kind) => kind switch
    {
        "clone" => TestJob.Clone(vm, files, "copy", _kek),
        "relocate" => TestJob.Relocate(vm, files, "ds2"),
        _ => TestJob.Order(vm, kind, _kek),
    };

    private async Task AssertNoneAsync(StartJobRequest order) => await FaultAssert.RefusedAsync(
        FaultTypes.NotFound, "lorica.jobNotFound", _host.Client.CancelJobAsync(new JobRequest { JobId = order.JobId }));

    /// <summary>The VM is free, plain, alone and where it was, and there is no such job.</summary>
    private async Task AssertNothingAsync(StartJobRequest order)
    {
        await Wait.UntilAsync(() => _host.Node.Jobs.Arriving == 0, "no call is left");
        Assert.Empty((await _host.Client.ListJobsAsync(new ListJobsRequest())).Jobs);
        await AssertNoneAsync(order);
        var vm = Assert.Single((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
        Assert.Equal((false, UnfinishedWork.Unspecified, "[ds1] src/src.vmx"), (vm.Encrypted, vm.PendingJob, vm.Path));
        var (registration, entry) = _host.Node.Table.Find(vm.VmId);
        Assert.Null(entry.Job);
        (await entry.EnterAsync(registration.DisplayPath, CancellationToken.None)).Dispose();
    }
}
