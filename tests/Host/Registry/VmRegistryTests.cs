using Lorica.Contracts.Faults;
using Lorica.Host.Registry;
using Lorica.Host.Tests.Native;

namespace Lorica.Host.Tests.Registry;

public sealed class VmRegistryTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_epochs_and_uids_survive_a_restart()
    {
        var (a, b) = (Guid.NewGuid(), Guid.NewGuid());
        using (var registry = Open())
        {
            registry.Reserve(a, "ds", "a", "a", 5);
            registry.Reserve(b, "ds", "b", "b", 1);
            registry.Commit(a);
            registry.Advance(a, 9, "a");
            registry.RememberDecrypted(a, true);
        }

        using (var registry = Open())
        {
            var entry = registry.Find(a)!;
            Assert.Equal((9L, false, true, 1_900_000_000u), (entry.Epoch, entry.Pending, entry.Decrypted, entry.Uid));
            Assert.Equal((true, 1_900_000_001u), (registry.Find(b)!.Pending, registry.Find(b)!.Uid));
        }
    }

    [Fact]
    public void A_lower_epoch_is_refused_and_the_same_or_a_higher_one_taken()
    {
        using var registry = Open();
        var id = Guid.NewGuid();
        registry.Reserve(id, "ds", "a", "a", 5);
        registry.Advance(id, 5, "a");
        registry.Advance(id, 6, "a");
        var e = Assert.Throws<FaultException>(() => registry.Advance(id, 5, "a"));
        Assert.Equal((FaultTypes.InvalidState, "lorica.staleEpoch"), (e.Fault.Type, e.Fault.Key));
    }

    [Fact]
    public void Each_vm_has_a_uid_of_its_own_and_the_last_of_the_range_is_no_vms()
    {
        using var registry = new VmRegistry(_folder.Root, 1_900_000_000, 3);
        var first = Guid.NewGuid();
        Assert.Equal(1_900_000_000u, registry.Reserve(first, "ds", "a", "a", 1).Uid);
        Assert.Equal(1_900_000_001u, registry.Reserve(Guid.NewGuid(), "ds", "b", "b", 1).Uid);
        Assert.Equal(
            "lorica.noUid", Assert.Throws<FaultException>(() => registry.Reserve(Guid.NewGuid(), "ds", "c", "c", 1)).Fault.Key);
        registry.Remove(first);
        Assert.Equal(1_900_000_000u, registry.Reserve(Guid.NewGuid(), "ds", "c", "c", 1).Uid);
    }

    [Fact]
    public void A_damaged_file_is_named_and_the_others_are_read()
    {
        var id = Guid.NewGuid();
        using (var registry = Open())
            registry.Reserve(id, "ds", "a", "a", 1);
        File.WriteAllText(_folder.Path("registry", "broken.json"), "{");
        File.WriteAllText(
            _folder.Path("registry", $"{Guid.NewGuid()}.json"), File.ReadAllText(_folder.Path("registry", $"{id}.json")));
        using (var registry = Open())
        {
            Assert.Equal(2, registry.Damaged.Count);
            Assert.NotNull(registry.Find(id));

            // The uid of a file that cannot be read might be given twice.
            Assert.Equal("lorica.registryDamaged",
                Assert.Throws<FaultException>(() => registry.Reserve(Guid.NewGuid(), "ds", "b", "b", 1)).Fault.Key);
        }
    }

    [Fact]
    public void A_folder_is_given_to_one_vm_only()
    {
        using var registry = Open();
        registry.Reserve(Guid.NewGuid(), "ds", "a", "a", 1);
        Assert.Equal("lorica.fileExists",
            Assert.Throws<FaultException>(() => registry.Reserve(Guid.NewGuid(), "ds", "A", "A", 1)).Fault.Key);
        registry.Reserve(Guid.NewGuid(), "other", "a", "a", 1);
    }

    /// <summary>As a sync of the folder fails that comes after the new file has its name.</summary>
    [Theory]
    [InlineData("remember")]
    [InlineData("reserve")]
    [InlineData("remove")]
    public void A_change_that_cannot_be_made_durable_has_not_happened_neither_in_memory_nor_on_disk(string what)
    {
        var (id, other) = (Guid.NewGuid(), Guid.NewGuid());
        using var registry = Open();
        registry.Reserve(id, "ds", "a", "a", 1);
        registry.Commit(id);
        using var storage = new FailingSync(_folder.Path("registry"));
        byte[] before = File.ReadAllBytes(_folder.Path("registry", $"{id}.json"));
        storage.Fails = true;
        registry.BeforePuttingBack = () => storage.Fails = false;
        Assert.Throws<IOException>(() => Change(registry, what, id, other));

        Assert.False(registry.IsUncertain);
        Assert.Equal(before, File.ReadAllBytes(_folder.Path("registry", $"{id}.json")));
        foreach (var seen in new[] { registry, Open() })
        {
            Assert.Equal((false, false), (seen.Find(id)!.Removing, seen.Find(id)!.Pending));
            Assert.Null(seen.Find(other));
        }
    }

    [Fact]
    public void Notes_of_disks_with_the_longest_names_leave_an_entry_that_the_next_start_reads()
    {
        var id = Guid.NewGuid();
        string Name(int number) => new string('+', 240) + number;
        using (var registry = Open())
        {
            registry.Reserve(id, "ds", Name(0), Name(0), 1);
            registry.Commit(id);
            for (int i = 0; i < 20; i++)
                registry.RememberDisk(id, new(Guid.NewGuid(), Name(i), new string('a', 64), ulong.MaxValue, ulong.MaxValue));
            registry.RememberLeftovers(id, [new("ds", Name(1), Own: true), new("ds", Name(2), Own: false)]);
        }

        using var again = Open();
        Assert.Empty(again.Damaged);
        Assert.NotNull(again.NotedDiskOf(id, Name(19)));
    }

    [Theory]
    [InlineData("remember")]
    [InlineData("reserve")]
    [InlineData("remove")]
    public void What_can_be_neither_made_durable_nor_put_back_is_told_and_nothing_is_changed_until_it_can(string what)
    {
        var (id, other) = (Guid.NewGuid(), Guid.NewGuid());
        using var registry = Open();
        registry.Reserve(id, "ds", "a", "a", 1);
        registry.Commit(id);
        using var storage = new FailingSync(_folder.Path("registry")) { Fails = true };
        foreach (var act in new[]
        {
            () => Change(registry, what, id, other), () => registry.Advance(id, 7, "a"), registry.RequireCertain,
        })
        {
            Assert.Equal("lorica.registryNotWritable", Assert.Throws<FaultException>(act).Fault.Key);
            Assert.True(registry.IsUncertain);
            Assert.Equal((false, 1L), (registry.Find(id)!.Removing, registry.Find(id)!.Epoch));
        }

        storage.Fails = false;
        registry.Advance(id, 7, "a");

        Assert.False(registry.IsUncertain);
        foreach (var seen in new[] { registry, Open() })
        {
            Assert.Equal((false, 7L), (seen.Find(id)!.Removing, seen.Find(id)!.Epoch));
            Assert.Null(seen.Find(other));
        }
    }

    private static void Change(VmRegistry registry, string what, Guid id, Guid other)
    {
        switch (what)
        {
            case "remember":
                registry.RememberRemoving(id);
                break;
            case "reserve":
                registry.Reserve(other, "ds", "b", "b", 1);
                break;
            default:
                registry.Remove(id);
                break;
        }
    }

    private VmRegistry Open() => new(_folder.Root, 1_900_000_000, 100);
}
