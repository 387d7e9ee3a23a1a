using Lorica.Kmip;
using Lorica.Kms.Store;

namespace Lorica.Kms.Tests.Store;

public sealed class ObjectStoreTests : IDisposable
{
    private readonly TestFolder _temp = new();
    private readonly StateFolder _folder;

    public ObjectStoreTests() => _folder = StateFolder.Create(_temp.Path("state"));

    [Fact]
    public void Keys_are_there_again_after_a_restart()
    {
        byte[] before;
        using (var store = Samples.Open(_folder))
        {
            store.Generate(Samples.Object("a"), 32);
            store.Generate(Samples.Object("b"), 32);
            store.Update(Samples.Object("a", state: KmipKeyState.Active));
            before = Samples.Material(store, "a");
            Assert.NotEqual(before, Samples.Material(store, "b"));
        }

        using var again = Samples.Open(_folder);
        Assert.Equal(KmipKeyState.Active, again.Find("a")!.State);
        Assert.Equal(before, Samples.Material(again, "a"));
        Assert.Equal(["b", "a"], again.OfOwner("owner").Select(o => o.UniqueIdentifier));
        Assert.Empty(again.OfOwner("another"));
    }

    [Fact]
    public void Material_never_rests_in_clear()
    {
        using var store = Samples.Open(_folder);
        store.Generate(Samples.Object("a"), 32);
        byte[] key = Samples.Material(store, "a");
        Assert.All(Directory.EnumerateFiles(_folder.Root, "*", SearchOption.AllDirectories), file =>
        {
            byte[] content = File.ReadAllBytes(file);
            Assert.Equal(-1, content.AsSpan().IndexOf(key));
            Assert.Equal(-1, content.AsSpan().IndexOf(key.AsSpan(0, 16)));
        });
    }

    [Fact]
    public void A_destroyed_object_leaves_a_tombstone_and_its_number_is_never_used_again()
    {
        using (var store = Samples.Open(_folder))
        {
            store.Generate(Samples.Object("a"), 32);
            store.Destroy(Samples.Object("a", state: KmipKeyState.Destroyed));
        }

        using (var again = Samples.Open(_folder))
        {
            Assert.Equal(KmipKeyState.Destroyed, again.Find("a")!.State);
            Assert.Throws<KmipException>(() => Samples.Material(again, "a"));
            again.Generate(Samples.Object("b"), 32);
        }

        Assert.Equal(["0000000001.key", "0000000002.key"],
            Directory.EnumerateFiles(_folder.Objects).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(".0000000002.key.new")]
    [InlineData("0000000002.key.tmp")] // of an earlier version
    public void What_a_crash_left_unfinished_is_removed_and_nothing_else(string name)
    {
        using (var store = Samples.Open(_folder))
        {
            store.Generate(Samples.Object("a"), 32);
        }

        string half = Path.Combine(_folder.Objects, name);
        File.WriteAllBytes(half, [1, 2, 3]);
        using var again = Samples.Open(_folder);
        Assert.False(File.Exists(half));
        Assert.Empty(again.Damaged);
        Assert.Equal(32, Samples.Material(again, "a").Length);
    }

    [Fact]
    public void A_damaged_object_is_named_and_the_others_are_served()
    {
        using (var store = Samples.Open(_folder))
        {
            store.Generate(Samples.Object("a"), 32);
            store.Generate(Samples.Object("b"), 32);
        }

        string file = Path.Combine(_folder.Objects, "0000000001.key");
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^40] ^= 1;
        File.WriteAllBytes(file, bytes);
        using var again = Samples.Open(_folder);
        Assert.Null(again.Find("a"));
        Assert.Equal(32, Samples.Material(again, "b").Length);
        Assert.Contains("0000000001.key", Assert.Single(again.Damaged), StringComparison.Ordinal);
        again.Generate(Samples.Object("c"), 32);
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    [Fact]
    public void A_file_of_one_object_put_in_place_of_another_is_not_given()
    {
        using var store = Samples.Open(_folder);
        store.Generate(Samples.Object("a"), 32);
        store.Generate(Samples.Object("b"), 32);
        File.Copy(Path.Combine(_folder.Objects, "0000000002.key"), Path.Combine(_folder.Objects, "0000000001.key"),
            overwrite: true);
        Assert.Throws<KmsException>(() => Samples.Material(store, "a"));
    }

    [Fact]
    public void A_foreign_root_key_is_refused_at_the_start()
    {
        using (var store = Samples.Open(_folder))
        {
            store.Generate(Samples.Object("a"), 32);
        }

        File.WriteAllBytes(_folder.RootKey, new byte[32]);
        var e = Assert.Throws<KmsException>(() => Samples.Open(_folder));
        Assert.Equal(KmsErrorKind.Damaged, e.Kind);
    }

    [Fact]
    public void A_missing_root_key_is_not_replaced_while_there_are_keys()
    {
        using (var store = Samples.Open(_folder))
        {
            store.Generate(Samples.Object("a"), 32);
        }

        File.Delete(_folder.RootKey);
        Assert.Throws<KmsException>(() => Samples.Open(_folder));
        Assert.False(File.Exists(_folder.RootKey));
    }

    [Fact]
    public void A_root_key_that_others_can_read_is_refused()
    {
        Samples.Open(_folder).Dispose();
        File.SetUnixFileMode(_folder.RootKey, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Throws<KmsException>(() => Samples.Open(_folder));
    }

    [Fact]
    public void A_state_folder_that_others_can_enter_is_refused()
    {
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0b111_101_101);
        Assert.Throws<KmsException>(() => StateFolder.Open(_folder.Root));
    }

    public void Dispose() => _temp.Dispose();
}
