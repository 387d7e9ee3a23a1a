using Lorica.Crypto;
using Lorica.Host.Keys;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Keys;

public sealed class KeyCacheTests
{
    private readonly TestKek _kek = TestKek.Make("k");

    [Fact]
    public void A_pinned_key_stays_and_a_read_one_goes_when_its_reader_is_done()
    {
        using var cache = new KeyCache(_ => false);
        cache.Add(_kek.Id, KeyBuffer.CopyOf(_kek.Key.Span));
        using (var job = cache.Lease(pin: true))
        {
            Assert.NotNull(job.Find(_kek.Id));
            Assert.False(cache.Remove(_kek.Id));
            Assert.True(Assert.Single(cache.List()).Pinned);
        }

        var reader = cache.Lease(pin: false);
        var borrowed = reader.Find(_kek.Id)!;
        Assert.True(cache.Remove(_kek.Id));
        Assert.Equal(0, cache.Count);
        Assert.True(borrowed.FixedTimeEquals(_kek.Key));
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => borrowed.Span.Length);
    }

    [Fact]
    public void A_key_that_a_running_vm_needs_stays()
    {
        bool needed = true;
        using var cache = new KeyCache(id => needed && id == _kek.Id);
        cache.Add(_kek.Id, KeyBuffer.CopyOf(_kek.Key.Span));
        Assert.False(cache.Remove(_kek.Id));
        needed = false;
        Assert.True(cache.Remove(_kek.Id));
        Assert.Null(cache.Remove(_kek.Id));
    }

    [Fact]
    public async Task Who_waits_hears_of_the_next_key()
    {
        using var cache = new KeyCache(_ => false);
        var arrival = cache.NextArrival;
        Assert.False(arrival.IsCompleted);
        cache.Add(_kek.Id, KeyBuffer.CopyOf(_kek.Key.Span));
        await arrival;
        Assert.False(cache.NextArrival.IsCompleted);
    }
}
