using Lorica.Crypto;
using Lorica.Kms.Store;

namespace Lorica.Kms.Tests.Store;

public sealed class BackupFileTests : IDisposable
{
    private readonly TestFolder _temp = new();
    private readonly KeyBuffer _passphrase = KeyBuffer.CopyOf("correct horse battery"u8);

    [Fact]
    public void A_backup_brings_the_same_keys_back()
    {
        var from = StateFolder.Create(_temp.Path("from"));
        byte[] key;
        using (var store = Samples.Open(from))
        {
            store.Generate(Samples.Object("a"), 32);
            store.Generate(Samples.Object("b"), 32);
            key = Samples.Material(store, "b");
        }

        Assert.Equal(2, BackupFile.Write(from, _temp.Path("backup"), _passphrase));
        Assert.Equal(-1, File.ReadAllBytes(_temp.Path("backup")).AsSpan().IndexOf(File.ReadAllBytes(from.RootKey)));
        var to = StateFolder.Create(_temp.Path("to"));
        Assert.Equal(2, BackupFile.Restore(to, _temp.Path("backup"), _passphrase));
        using var again = Samples.Open(to);
        Assert.Equal(key, Samples.Material(again, "b"));
        Assert.Throws<KmsException>(() => BackupFile.Restore(to, _temp.Path("backup"), _passphrase));
    }

    [Fact]
    public void Another_passphrase_opens_nothing()
    {
        var from = StateFolder.Create(_temp.Path("from"));
        Samples.Open(from).Dispose();
        BackupFile.Write(from, _temp.Path("backup"), _passphrase);
        using var wrong = KeyBuffer.CopyOf("correct horse batterx"u8);
        var to = StateFolder.Create(_temp.Path("to"));
        Assert.Throws<KmsException>(() => BackupFile.Restore(to, _temp.Path("backup"), wrong));
        Assert.False(File.Exists(to.RootKey));
    }

    [Fact]
    public void An_edited_or_cut_backup_restores_nothing()
    {
        var from = StateFolder.Create(_temp.Path("from"));
        using (var store = Samples.Open(from))
        {
            store.Generate(Samples.Object("a"), 32);
        }

        BackupFile.Write(from, _temp.Path("backup"), _passphrase);
        byte[] bytes = File.ReadAllBytes(_temp.Path("backup"));
        var to = StateFolder.Create(_temp.Path("to"));

        // A byte of the number of the first object: nothing of it is wrong by itself, only the seal over the whole says so.
        bytes[98] ^= 1;
        File.WriteAllBytes(_temp.Path("edited"), bytes);
        Assert.Contains(
            "edited", Assert.Throws<KmsException>(() => BackupFile.Restore(to, _temp.Path("edited"), _passphrase)).Message,
            StringComparison.Ordinal);
        foreach (var change in new Action[] { () => bytes[100] ^= 1, () => bytes = bytes[..^1], () => bytes = bytes[..50] })
        {
            change();
            File.WriteAllBytes(_temp.Path("edited"), bytes);
            Assert.Throws<KmsException>(() => BackupFile.Restore(to, _temp.Path("edited"), _passphrase));
        }

        Assert.Empty(Directory.EnumerateFiles(to.Objects));
        Assert.False(File.Exists(to.RootKey));
    }

    [Fact]
    public void A_backup_that_no_restore_would_take_is_not_written()
    {
        var from = StateFolder.Create(_temp.Path("from"));
        using (var store = Samples.Open(from))
        {
            store.Generate(Samples.Object("a"), 32);
            store.Generate(Samples.Object("b"), 32);
        }

        BackupFile.Write(from, _temp.Path("fits"), _passphrase);
        long size = new FileInfo(_temp.Path("fits")).Length;
        var refused = Assert.Throws<KmsException>(() => BackupFile.Write(from, _temp.Path("backup"), _passphrase, size - 1));
        Assert.Contains("copy its whole state folder", refused.Hint, StringComparison.Ordinal);
        Assert.False(File.Exists(_temp.Path("backup")));
        BackupFile.Write(from, _temp.Path("backup"), _passphrase, size);
    }

    [Theory]
    [InlineData("restoring")]
    [InlineData("objects")]
    [InlineData("root.key")]
    public void A_restore_that_was_interrupted_is_refused_at_start_and_done_again(string last)
    {
        var from = StateFolder.Create(_temp.Path("from"));
        using (var store = Samples.Open(from))
        {
            store.Generate(Samples.Object("a"), 32);
            store.Generate(Samples.Object("b"), 32);
        }

        BackupFile.Write(from, _temp.Path("backup"), _passphrase);
        var to = StateFolder.Create(_temp.Path("to"));
        BackupFile.Restore(to, _temp.Path("backup"), _passphrase);

        // As a crash leaves it after this file.
        File.WriteAllBytes(to.Restoring, []);
        if (last != "root.key")
        {
            File.Delete(to.RootKey);
            File.Delete(Directory.EnumerateFiles(to.Objects).Max()!);
            if (last == "restoring")
            {
                File.Delete(Directory.EnumerateFiles(to.Objects).Single());
            }

            // It may have been another backup, which had more.
            File.WriteAllBytes(Path.Combine(to.Objects, "0000000099" + ObjectStore.Ending), []);
            Assert.Contains(
                "restore", Assert.Throws<KmsException>(() => Samples.Open(to)).Message, StringComparison.Ordinal);
            Assert.Equal(2, BackupFile.Restore(to, _temp.Path("backup"), _passphrase));
            Assert.Equal(2, Directory.EnumerateFiles(to.Objects).Count());
        }

        using var again = Samples.Open(to);
        Assert.Equal(2, again.All.Count());
        Assert.False(File.Exists(to.Restoring));
    }

    [Fact]
    public void Keys_whose_root_key_was_lost_are_never_removed_by_a_restore()
    {
        var from = StateFolder.Create(_temp.Path("from"));
        using (var store = Samples.Open(from))
        {
            store.Generate(Samples.Object("a"), 32);
        }

        BackupFile.Write(from, _temp.Path("backup"), _passphrase);
        File.Delete(from.RootKey);
        Assert.Throws<KmsException>(() => BackupFile.Restore(from, _temp.Path("backup"), _passphrase));
        Assert.Single(Directory.EnumerateFiles(from.Objects));
    }

    public void Dispose()
    {
        _passphrase.Dispose();
        _temp.Dispose();
    }
}
