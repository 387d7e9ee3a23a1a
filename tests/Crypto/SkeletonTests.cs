namespace Lorica.Crypto.Tests;

public sealed class SkeletonTests
{
    [Fact]
    public void TheProjectBuilds() => Assert.True(true);
}
