namespace Lorica.Crypto.Tests;

public sealed class ProcessHardeningTests
{
    [Fact]
    public void A_hardened_process_is_not_dumpable_and_writes_no_core()
    {
        using var holder = HolderProcess.Start("harden");
        Assert.Equal(["dumpable 0"], holder.Until("hardened"));
        string[] limits = File.ReadAllLines($"/proc/{holder.Process.Id}/limits");
        Assert.Matches(@"^Max core file size\s+0\s+0\s", limits.Single(l => l.StartsWith("Max core", StringComparison.Ordinal)));
        holder.Go();
    }

    [Fact]
    public void Scrubbing_takes_sensible_depths_only()
    {
        StackScrubber.Scrub();
        StackScrubber.Scrub(64);
        Assert.Throws<ArgumentOutOfRangeException>(() => StackScrubber.Scrub(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => StackScrubber.Scrub(10_000_000));
    }
}
