using Lorica.Crypto;
using Lorica.Disks.Images;

namespace Lorica.Disks.Tests;

/// <summary>Each member of a closed set has its own word, and what is no member has none.</summary>
public sealed class ClosedSetTests
{
    [Fact]
    public void Every_transition_is_read_as_it_is_written()
    {
        foreach (var kind in Enum.GetValues<TransitionKind>())
        {
            foreach (var method in Enum.GetValues<TransitionMethod>())
            {
                var transition = new DiskTransition(kind, 7, method, ".d.transition");
                Assert.Equal(transition, DiskTransition.Parse(transition.ToString()));
            }
        }

        Assert.Equal("rekey:7:journal:x", new DiskTransition(TransitionKind.Rekey, 7, TransitionMethod.Journal, "x").ToString());
    }

    [Theory]
    [InlineData("Encrypt:7:journal:x")]
    [InlineData("0:7:journal:x")]
    [InlineData("move:7:journal:x")]
    [InlineData("encrypt:7:Journal:x")]
    [InlineData("encrypt:7:1:x")]
    [InlineData("encrypt:7::x")]
    public void What_is_no_transition_is_not_taken_for_one(string text) => Assert.Null(DiskTransition.Parse(text));

    [Fact]
    public void What_nobody_knows_has_no_word()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ((TransitionKind)99).Word());
        Assert.Throws<ArgumentOutOfRangeException>(() => ((TransitionMethod)99).Word());
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageWords.Name((ImageFormat)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageWords.Reason((ImageFormat)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageWords.WayOut((ImageFormat)99));
        Assert.Throws<InvalidOperationException>(() => CryptoFailure.ToDisk(new CryptoException((CryptoErrorKind)99, ""), "d"));
    }

    [Fact]
    public void Every_error_of_a_key_is_an_error_of_a_disk() => Assert.All(
        Enum.GetValues<CryptoErrorKind>(),
        k => Assert.True(Enum.IsDefined(CryptoFailure.ToDisk(new CryptoException(k, ""), "d").Kind)));
}
