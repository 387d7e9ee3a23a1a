namespace Lorica.Crypto.Tests;

public sealed class KeyMemoryKindTests
{
    [Fact]
    public void The_environment_forces_locked_memory_and_libcrypto()
    {
        using var holder = HolderProcess.Start("kind", keyMemory: "locked", xts: "libcrypto");
        Assert.Equal("LockedMemory LibCrypto", holder.ReadToEnd());
    }

    [Fact]
    public void Without_it_the_best_of_this_machine_is_taken()
    {
        using var holder = HolderProcess.Start("kind");
        Assert.Equal($"{KeyMemory.Kind} {XtsAes256.Backend}", holder.ReadToEnd());
    }

    [Theory]
    [InlineData("")]
    [InlineData("locked")]
    public void Without_lockable_memory_nothing_is_handed_out_and_the_limit_is_named(string keyMemory)
    {
        // Root may lock without limit unless the capability is taken away.
        string limits =
            Environment.UserName == "root" ? "ulimit -l 512; exec setpriv --bounding-set=-ipc_lock" : "ulimit -l 512;";
        using var holder = HolderProcess.Start("exhaust 4096", keyMemory, limits: limits);
        string text = holder.ReadToEnd();
        Assert.StartsWith("KeyMemoryExhausted after ", text, StringComparison.Ordinal);
        Assert.Contains("RLIMIT_MEMLOCK", text, StringComparison.Ordinal);
        int held = int.Parse(text.Split(' ')[2].TrimEnd(':'));
        Assert.InRange(held, 16, 128);
    }
}
