using Lorica.Platform.Files;
using Lorica.Platform.Native;

namespace Lorica.Platform.Tests.Files;

/// <summary>What is said to be durable, also on storage that fails. Needs root and /dev/fuse.</summary>
public sealed class DurableFileTests : IDisposable
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly TestFolder _folder = new();

    private string Mine => _folder.Path("mine");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(FailingStorage.NoSpace)]
    [InlineData(FailingStorage.IoError)]
    public void A_file_that_the_storage_does_not_take_is_an_error_and_not_durable(int error)
    {
        using var storage = new FailingStorage(64 * 1024);
        using var file = new FileStream(storage.Path, FileMode.Open, FileAccess.Write);
        file.Write(new byte[512]);
        DurableFile.Sync(file);
        storage.WritesFailWith = error;
        file.Write("a key"u8);
        Assert.Throws<IOException>(() => DurableFile.Sync(file));
    }

    [Fact]
    public void A_file_is_replaced_whole_and_nothing_is_left_aside()
    {
        DurableFile.Replace(Mine, "long before"u8);
        DurableFile.Replace(Mine, "new"u8);
        Assert.Equal("new", File.ReadAllText(Mine));
        Assert.Equal(Mine, Assert.Single(Directory.GetFileSystemEntries(_folder.Root)));
    }

    [Fact]
    public void A_file_is_its_owners_alone_unless_another_mode_is_asked_for()
    {
        DurableFile.Replace(Mine, "secret"u8);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Mine));
        DurableFile.Place(Mine, "public"u8, Readable);
        Assert.Equal(Readable, File.GetUnixFileMode(Mine));
    }

    [Fact]
    public void What_a_crash_left_aside_is_neither_written_through_nor_kept()
    {
        string other = _folder.Path("other");
        string aside = _folder.Path(".mine.new");
        File.WriteAllText(other, "kept");
        File.CreateSymbolicLink(aside, other);
        DurableFile.Replace(Mine, "new"u8);
        Assert.Equal(("kept", "new"), (File.ReadAllText(other), File.ReadAllText(Mine)));
        Assert.Null(new FileInfo(Mine).LinkTarget);

        File.WriteAllText(aside, "a part of something longer");
        File.SetUnixFileMode(aside, Readable);
        DurableFile.Replace(Mine, "newer"u8);
        Assert.Equal("newer", File.ReadAllText(Mine));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Mine));
        Assert.False(File.Exists(aside));
    }

    [Theory]
    [InlineData(".mine.new", true)]
    [InlineData("mine", false)]
    [InlineData("mine.new", false)]
    [InlineData(".mine", false)]
    public void A_file_that_was_never_finished_is_known_by_its_name(string name, bool aside) =>
        Assert.Equal(aside, DurableFile.IsAside(name));

    [Fact]
    public void A_file_that_cannot_be_placed_leaves_the_old_one()
    {
        DurableFile.Replace(Mine, "old"u8);
        var aside = Directory.CreateDirectory(_folder.Path(".mine.new"));
        Assert.ThrowsAny<SystemException>(() => DurableFile.Replace(Mine, "new"u8));
        Assert.Equal("old", File.ReadAllText(Mine));
        aside.Delete();
    }

    [Fact]
    public void A_file_is_removed_and_removing_none_is_no_error()
    {
        DurableFile.Replace(Mine, "old"u8);
        DurableFile.Delete(Mine);
        DurableFile.Delete(Mine);
        Assert.False(File.Exists(Mine));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_durable_is_an_error_with_its_number()
    {
        var e = Assert.Throws<IOException>(() => DurableFile.SyncFolder(_folder.Path("none")));
        Assert.Equal(Errno.NoEntry, Errno.Of(e));
        DurableFile.Replace(Mine, "a file"u8);
        e = Assert.Throws<IOException>(() => DurableFile.SyncFolder(Mine));
        Assert.Equal(Errno.NotDirectory, Errno.Of(e));
    }

    [Fact]
    public void What_is_overwritten_is_zeros_of_the_same_length()
    {
        File.WriteAllBytes(Mine, [.. Enumerable.Repeat((byte)7, 1300)]);
        using (var file = new FileStream(Mine, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0))
            DurableFile.Overwrite(file);
        Assert.Equal(new byte[1300], File.ReadAllBytes(Mine));
    }
}
