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
    public void AFailedServerIsLeftOutLongerEachTimeAndNeverLongerThanHalfAMinute()
    {
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
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
    public void FailuresSideBySideCountOnce()
    {
        _rests.Failed(One, "down");
        _rests.Failed(One, "down");
        Assert.Equal(1, _rests.Of(One)!.Failures);
    }

    [Fact]
    public void WhileAllRestNothingIsTriedForASecondAndThenEverything()
    {
        foreach (var seconds in new[] { 1, 2, 4 })
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
    public void AnAnswerEndsTheRest()
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
