namespace Lorica.Crypto.Tests;

public sealed class KeyMemoryKindTests
{
    [Fact]
    public void TheEnvironmentForcesLockedMemoryAndLibcrypto()
    {
        using var holder = HolderProcess.Start("kind", keyMemory: "locked", xts: "libcrypto");
        Assert.Equal("LockedMemory LibCrypto", holder.ReadToEnd());
    }

    [Fact]
    public void WithoutItTheBestOfThisMachineIsTaken()
    {
        using var holder = HolderProcess.Start("kind");
        Assert.Equal($"{KeyMemory.Kind} {XtsAes256.Backend}", holder.ReadToEnd());
    }

    [Theory]
    [InlineData("")]
    [InlineData("locked")]
    public void WithoutLockableMemoryNothingIsHandedOutAndTheLimitIsNamed(string keyMemory)
    {
        // Root may lock without limit unless the capability is taken away.
        var limits = Environment.UserName == "root" ? "ulimit -l 512; exec setpriv --bounding-set=-ipc_lock" : "ulimit -l 512;";
        using var holder = HolderProcess.Start("exhaust 4096", keyMemory, limits: limits);
        var text = holder.ReadToEnd();
        Assert.StartsWith("KeyMemoryExhausted after ", text, StringComparison.Ordinal);
        Assert.Contains("RLIMIT_MEMLOCK", text, StringComparison.Ordinal);
        var held = int.Parse(text.Split(' ')[2].TrimEnd(':'));
        Assert.InRange(held, 16, 128);
    }
}
