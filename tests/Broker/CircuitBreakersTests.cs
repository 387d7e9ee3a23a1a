using Lorica.Broker.Providers;

namespace Lorica.Broker.Tests;

public sealed class CircuitBreakersTests
{
    private static readonly ServerEntry One = new("kms1", 5696, "");
    private static readonly ServerEntry Two = new("kms2", 5696, "");
    private static readonly ServerEntry[] Both = [One, Two];

    private readonly Clock _clock = new();
    private readonly CircuitBreakers _rests;

    public CircuitBreakersTests() => _rests = new CircuitBreakers(_clock);

    [Fact]
    public void A_failed_server_is_left_out_longer_each_time_and_never_longer_than_half_a_minute()
    {
        foreach (int seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            _rests.Failed(One, "down");
            Assert.Equal([Two], _rests.Candidates(Both));
            _clock.Advance((seconds * 1000) - 10);
            Assert.Equal([Two], _rests.Candidates(Both));
            _clock.Advance(10);
            Assert.Equal(Both, _rests.Candidates(Both));
        }
    }

    [Fact]
    public void Failures_side_by_side_count_once()
    {
        _rests.Failed(One, "down");
        _rests.Failed(One, "down");
        Assert.Equal(1, _rests.Of(One)!.Failures);
    }

    [Fact]
    public void While_all_rest_nothing_is_tried_for_a_second_and_then_everything()
    {
        foreach (int seconds in new[] { 1, 2, 4 })
        {
            _rests.Failed(One, "down");
            _rests.Failed(Two, "down");
            _clock.Advance(seconds * 1000);
        }

        _rests.Failed(One, "down");
        _rests.Failed(Two, "down");
        Assert.Empty(_rests.Candidates(Both));
        _clock.Advance(990);
        Assert.Empty(_rests.Candidates(Both));
        _clock.Advance(10);
        Assert.Equal(Both, _rests.Candidates(Both));
    }

    [Fact]
    public void An_answer_ends_the_rest()
    {
        _rests.Failed(One, "down");
        _rests.Answered(One);
        Assert.Null(_rests.Of(One));
        Assert.Equal(Both, _rests.Candidates(Both));
    }

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(int milliseconds) => _now = _now.AddMilliseconds(milliseconds);
    }
}
