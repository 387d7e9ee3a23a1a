namespace Lorica.Vmx.Tests;

public sealed class SkeletonTests
{
    [Fact]
    public void TheProjectBuilds() => Assert.True(true);
}
