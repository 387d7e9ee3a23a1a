using Lorica.Host.Files;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Files;

public sealed class FolderTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_with_a_second_name_is_neither_read_nor_overwritten()
    {
        File.WriteAllText(_folder.Path("other"), "kept");
        Link("other", "mine");
        using var folder = Folder.Open(_folder.Root);
        Assert.Throws<IOException>(() => folder.Read("mine", 100));
        folder.Overwrite("mine");
        Assert.Equal("kept", File.ReadAllText(_folder.Path("other")));
    }

    [Fact]
    public void What_stands_aside_is_not_written_through()
    {
        File.WriteAllText(_folder.Path("other"), "kept");
        Link("other", ".mine.new");
        using var folder = Folder.Open(_folder.Root);
        folder.Replace("mine", "new"u8);
        File.CreateSymbolicLink(_folder.Path(".mine.new"), _folder.Path("other"));
        using (var file = folder.CreateAside("mine"))
        {
            file.Stream.Write("newer"u8);
            file.Commit();
        }

        Assert.Equal(("newer", "kept"), (File.ReadAllText(_folder.Path("mine")), File.ReadAllText(_folder.Path("other"))));
    }

    [Fact]
    public void A_tree_is_removed_without_following_its_links()
    {
        Directory.CreateDirectory(_folder.Path("keep"));
        File.WriteAllText(_folder.Path("keep", "file"), "kept");
        Directory.CreateDirectory(_folder.Path("tree", "a", "b"));
        File.WriteAllText(_folder.Path("tree", "a", "b", "c"), "");
        Directory.CreateSymbolicLink(_folder.Path("tree", "a", "link"), _folder.Path("keep"));
        using var folder = Folder.Open(_folder.Root);
        folder.DeleteTree("tree");
        Assert.False(Directory.Exists(_folder.Path("tree")));
        Assert.Equal("kept", File.ReadAllText(_folder.Path("keep", "file")));
    }

    private void Link(string from, string to)
    {
        using var process = System.Diagnostics.Process.Start("ln", [_folder.Path(from), _folder.Path(to)]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
