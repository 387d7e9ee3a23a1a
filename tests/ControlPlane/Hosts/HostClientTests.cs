using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tests.Contract;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Hosts;

/// <summary>The ways to call a host, and how calls fail.</summary>
public sealed class HostClientTests : IAsyncLifetime
{
    private readonly MemoryHost _host = new();
    private string _vm = "";
    private int _asked;

    public async ValueTask InitializeAsync()
    {
        await _host.StartAsync();
        _vm = (await _host.Host.Vms.CreateAsync(
            new NewVmSpec { VmId = Guid.NewGuid().ToString(), Epoch = 1, Name = "web", Datastore = "ds1" }, default)).VmId;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_host_that_is_not_heard_is_told_from_one_that_refuses()
    {
        var refused = await Assert.ThrowsAsync<FaultException>(() => _host.Host.Vms.DescribeAsync("none", default));
        Assert.Equal((FaultTypes.NotFound, false), (refused.Fault.Type, HostFailures.IsUnanswered(refused)));
        Assert.Equal((true, true, false), Judge(refused));

        await _host.StopAsync();
        var lost = await Assert.ThrowsAsync<FaultException>(() => _host.Host.Vms.DescribeAsync(_vm, default));
        Assert.Equal((FaultTypes.HostCommunication, "host h1"), (lost.Fault.Type, lost.Fault.Object));
        Assert.True(HostFailures.IsUnanswered(lost));
        Assert.Equal((false, true, false), Judge(lost));
        Assert.StartsWith("Unavailable: ", HostFailures.DetailOf(lost), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_answers_as_none_does_is_neither()
    {
        Answer(StatusCode.Unimplemented, times: 1);
        var e = await Assert.ThrowsAsync<FaultException>(
            () => _host.Hosts.UntilAnswered(_host.Id).Vms.DescribeAsync(_vm, default));
        Assert.Equal((FaultTypes.HostCommunication, false, 1), (e.Fault.Type, HostFailures.IsUnanswered(e), _asked));
        Assert.Equal((false, true, false), Judge(e));
    }

    [Fact]
    public async Task A_host_that_gives_up_is_not_heard_and_told_from_one_that_is_away()
    {
        Answer(StatusCode.Cancelled, times: 1);
        var e = await Assert.ThrowsAsync<FaultException>(() => _host.Host.Vms.DescribeAsync(_vm, default));
        Assert.Equal((true, true), (HostFailures.IsUnanswered(e), HostFailures.IsGivenUp(e)));
        Assert.True(HostFailures.IsGivenUp(new OperationCanceledException()));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, 2)]
    [InlineData(StatusCode.Internal, 2)]
    [InlineData(StatusCode.DeadlineExceeded, 1)]
    public async Task Asked_again_is_asked_twice_but_not_a_host_that_is_slow(StatusCode lost, int attempts)
    {
        Answer(lost, times: int.MaxValue);
        var e = await Assert.ThrowsAsync<FaultException>(
            () => _host.Hosts.AskAgain(_host.Id).Vms.DescribeAsync(_vm, default));
        Assert.Equal((true, attempts), (HostFailures.IsUnanswered(e), _asked));

        (_asked, _host.Fake.Lies) = (0, null);
        Answer(StatusCode.Unavailable, times: 1);
        Assert.Equal(_vm, (await _host.Hosts.AskAgain(_host.Id).Vms.DescribeAsync(_vm, default)).VmId);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Once_is_once()
    {
        Answer(StatusCode.Unavailable, times: 1);
        await Assert.ThrowsAsync<FaultException>(() => _host.Hosts.Once(_host.Id).Vms.DescribeAsync(_vm, default));
        Assert.Equal(1, _asked);
        Answer(StatusCode.Unavailable, times: 1);
        await Assert.ThrowsAsync<FaultException>(() => _host.Hosts.Glance(_host.Id).Vms.FindAsync(_vm, default));
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task A_refusal_is_never_asked_about_again()
    {
        _host.Fake.Lies = _ =>
        {
            _asked++;
            throw FaultCodec.ToRpc(new Fault(FaultTypes.HostCommunication, "lorica.odd", "web", "As if it had not been heard."));
        };
        var e = await Assert.ThrowsAsync<FaultException>(
            () => _host.Hosts.UntilAnswered(_host.Id).Vms.DescribeAsync(_vm, default));
        Assert.Equal(("lorica.odd", 1, false), (e.Fault.Key, _asked, HostFailures.IsUnanswered(e)));
    }

    [Fact]
    public async Task That_another_call_works_on_the_VM_is_an_answer_unless_an_attempt_was_lost()
    {
        (int refused, bool lost) = (0, false);
        _host.Fake.Lies = files => lost ? throw Lost(out lost) : refused++ % 2 == 0 ? throw Busy() : files;
        Task<VmFiles> AskAsync(RemoteHost host) => host.Vms.DescribeAsync(_vm, TestContext.Current.CancellationToken);
        var e = await Assert.ThrowsAsync<FaultException>(() => AskAsync(_host.Hosts.UntilAnswered(_host.Id)));
        Assert.True(HostFailures.IsBusy(e));

        (refused, lost) = (0, true);
        Assert.Equal(_vm, (await AskAsync(_host.Hosts.UntilAnswered(_host.Id))).VmId);
        Assert.Equal(2, refused);
        Assert.Equal(_vm, (await AskAsync(_host.Hosts.UntilAnswered(_host.Id, askedBefore: true))).VmId);
        Assert.Equal(4, refused);
        await Assert.ThrowsAsync<FaultException>(() => AskAsync(_host.Hosts.AskAgain(_host.Id, TimeSpan.FromMinutes(2))));
    }

    [Fact]
    public async Task Work_that_asks_until_it_is_answered_gives_a_slow_host_more_time_with_each_attempt()
    {
        int slow = 0;
        var deadlines = new List<double>();
        _host.Fake.Lies = files =>
        {
            deadlines.Add((_host.Fake.LookDeadline - DateTime.UtcNow).TotalSeconds);
            return ++slow < 3 ? throw new RpcException(new Status(StatusCode.DeadlineExceeded, "slow")) : files;
        };
        await _host.Hosts.UntilAnswered(_host.Id).Vms.DescribeAsync(_vm, TestContext.Current.CancellationToken);
        Assert.Equal(3, deadlines.Count);
        Assert.All(deadlines.Zip([30, 60, 120]), d => Assert.InRange(d.First, d.Second * 0.6, d.Second));
    }

    [Fact]
    public void The_deadline_of_work_grows_up_to_the_slowest_and_that_of_people_does_not()
    {
        var look = HostDeadlines.Look;
        Assert.Equal(
            [30, 60, 120, 240, 480, 600, 600],
            Enumerable.Range(0, 7).Select(n => (int)HostPatience.Endless.Within(look, n).TotalSeconds));
        Assert.Equal(120, HostPatience.Round(2).Within(look, 0).TotalSeconds);
        Assert.Equal(HostDeadlines.WorkLook, HostPatience.For(TimeSpan.FromMinutes(2)).Within(look, 9));
        Assert.Equal(HostDeadlines.Writing, HostPatience.Endless.Within(HostDeadlines.Writing, 9));
        Assert.Equal(look, HostPatience.None.Within(look, 9));
        Assert.Equal(look, HostPatience.Twice.Within(look, 9));
    }

    [Fact]
    public async Task Until_it_answers_it_is_asked_wherever_it_is_by_then()
    {
        await _host.StopAsync();
        int waited = 0;
        var files = await _host.Hosts.UntilAnswered(_host.Id, async _ =>
        {
            if (++waited == 1)
            {
                await _host.ListenAsync();
            }
        }).Vms.DescribeAsync(_vm, TestContext.Current.CancellationToken);
        Assert.Equal((_vm, true), (files.VmId, waited >= 1));
    }

    [Fact]
    public async Task Who_gives_up_gets_no_fault()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _host.Hosts.UntilAnswered(_host.Id).Vms.DescribeAsync(_vm, stop.Token));
    }

    [Fact]
    public async Task A_host_that_the_center_does_not_know_is_not_one_without_the_VM()
    {
        var e = await Assert.ThrowsAsync<FaultException>(() => _host.Hosts.Once("none").Vms.FindAsync(_vm, default));
        Assert.Equal("lorica.hostNotFound", e.Fault.Key);
        Assert.Equal((false, false, false), Judge(e));
        e = await Assert.ThrowsAsync<FaultException>(async () =>
        {
            await foreach (var job in _host.Hosts.Once("none").Jobs.WatchAsync(_vm, default))
            {
                Assert.Fail($"There is no host, but {job}.");
            }
        });
        Assert.Equal("lorica.hostNotFound", e.Fault.Key);
    }

    [Fact]
    public async Task An_answer_about_another_VM_is_not_believed()
    {
        _host.Fake.Lies = files =>
        {
            files.VmId = "other";
            return files;
        };
        var e = await Assert.ThrowsAsync<FaultException>(() => _host.Host.Vms.FindAsync(_vm, default));
        Assert.Equal((FaultTypes.SystemError, HostReplies.OtherKey), (e.Fault.Type, e.Fault.Key));
        Assert.Equal((true, true, false), Judge(e));
    }

    [Fact]
    public void Pauses_grow_up_to_the_longest()
    {
        Assert.Equal(
            [1, 2, 4, 8, 15, 15], Enumerable.Range(1, 6).Select(n => (int)HostPatience.Endless.PauseAfter(n).TotalSeconds));
        Assert.Equal(1, HostPatience.For(TimeSpan.FromMinutes(2)).PauseAfter(100).TotalSeconds);
        Assert.Equal(TimeSpan.Zero, HostPatience.Twice.PauseAfter(1));
        var bounded = HostPatience.For(TimeSpan.FromMinutes(2));
        Assert.True(bounded.HasMore(99, StatusCode.DeadlineExceeded, TimeSpan.FromSeconds(119)));
        Assert.False(bounded.HasMore(99, StatusCode.Unavailable, TimeSpan.FromMinutes(2)));
    }

    private static RpcException Lost(out bool again)
    {
        again = false;
        return new RpcException(new Status(StatusCode.Unavailable, "lost"));
    }

    private static RpcException Busy() =>
        FaultCodec.ToRpc(new Fault(FaultTypes.ResourceInUse, "lorica.vmBusy", "web", "Another operation works on web."));

    private static (bool Refused, bool OfHost, bool GivenUp) Judge(Exception e) =>
        (HostFailures.IsRefused(e), HostFailures.IsOfHost(e), HostFailures.IsGivenUp(e));

    /// <summary>The next looks at the VM end so.</summary>
    private void Answer(StatusCode status, int times)
    {
        int before = _asked;
        _host.Fake.Lies = files => ++_asked - before <= times ? throw new RpcException(new Status(status, "lost")) : files;
    }
}
