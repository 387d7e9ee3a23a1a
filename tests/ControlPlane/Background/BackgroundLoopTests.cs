using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.ControlPlane.Tests.Background;

/// <summary>The rounds of a job: one after the other, told, repeated, broken off.</summary>
public sealed class BackgroundLoopTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedJob _job = new();
    private readonly BackgroundLoop _loop;

    public BackgroundLoopTests() => _loop = new BackgroundLoop(_job, _time, NullLogger.Instance);

    [Fact]
    public async Task A_round_begins_when_its_time_has_come_and_not_before()
    {
        _loop.Start();
        int waited = await AdvanceUntilBegunAsync();
        Assert.True(waited >= 10, $"begun after {waited} s");
        Assert.Null(_loop.Status.LastRun);
        _job.End();
        await Wait.UntilAsync(() => _loop.Status.LastRun is not null, "the round has ended");
        Assert.Null(_loop.Status.Trouble);
        await _loop.StopAsync();
    }

    [Fact]
    public async Task Who_wakes_it_has_the_round_at_once()
    {
        _loop.Start();
        _job.Nudge();
        await _job.BeginsAsync();
        _job.End();
        await _loop.StopAsync();
    }

    [Fact]
    public async Task What_failed_is_told_and_tried_again_after_the_rest_for_failures()
    {
        _loop.Start();
        _job.Nudge();
        await _job.BeginsAsync();
        _job.End(new FaultException(new Fault(FaultTypes.InvalidState, "lorica.x", "x", "The disk is away.", "Bring it back.")));
        await Wait.UntilAsync(() => _loop.Status.Trouble == "The disk is away.", "the trouble is told");

        Assert.True(await AdvanceUntilBegunAsync() >= 3);
        _job.End();
        await Wait.UntilAsync(() => _loop.Status.Trouble is null, "it is well again");
        await _loop.StopAsync();
    }

    [Fact]
    public async Task Stop_breaks_the_round_off_and_then_does_what_the_end_needs_once()
    {
        _loop.Start();
        _job.Nudge();
        await _job.BeginsAsync();
        await Task.WhenAll(_loop.StopAsync(), _loop.StopAsync());
        Assert.True(_job.WasBrokenOff);
        Assert.Equal(1, _job.Stopped);
        Assert.False(_loop.Runs);
    }

    [Fact]
    public async Task Two_rounds_never_run_at_once_even_when_the_owner_leaves_and_comes_back()
    {
        for (int i = 0; i < 20; i++)
        {
            _loop.Start();
            _loop.Start();
            _job.Nudge();
            await _job.BeginsAsync();
            var stop = _loop.StopAsync();
            _loop.Start();
            await stop;
            await _loop.StopAsync();
        }

        Assert.Equal(1, _job.MostAtOnce);
    }

    [Fact]
    public async Task Who_cannot_say_when_it_begins_is_asked_to_run_after_the_rest_for_failures()
    {
        _job.FirstFails = true;
        _loop.Start();
        Assert.True(await AdvanceUntilBegunAsync() >= 3);
        _job.End();
        await _loop.StopAsync();
    }

    /// <summary>Second by second, since nobody sees when the loop has begun to rest.</summary>
    private async Task<int> AdvanceUntilBegunAsync()
    {
        int seconds = 0;
        await Wait.UntilAsync(
            () =>
            {
                if (_job.Begun.Reader.TryRead(out _))
                {
                    return true;
                }

                _time.Advance(TimeSpan.FromSeconds(1));
                seconds++;
                return false;
            },
            "a round");
        return seconds;
    }
}
