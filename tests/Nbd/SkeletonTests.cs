namespace Lorica.Nbd.Tests;

public sealed class SkeletonTests
{
    [Fact]
    public void TheProjectBuilds() => Assert.True(true);
}
