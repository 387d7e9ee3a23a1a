namespace Lorica.Disks.Tests;

public sealed class DiskRangeTests
{
    [Fact]
    public void Data_has_to_be_read_and_zeros_need_not_be()
    {
        Assert.True(new DiskRange(0, 512, RangeState.Data).HoldsData);
        Assert.False(new DiskRange(0, 512, RangeState.Zero).HoldsData);
    }

    // Taken for zeros, a copy would lose what the link below holds.
    [Theory]
    [InlineData(RangeState.Absent)]
    [InlineData((RangeState)3)]
    public void Anything_else_is_never_taken_for_zeros(RangeState state) =>
        Assert.Throws<InvalidOperationException>(() => new DiskRange(0, 512, state).HoldsData);
}
