using Lorica.Contracts.Faults;
using Lorica.Disks;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Registry;
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

    [Fact]
    public void Each_single_change_is_refused_once_the_right_is_lost_and_reading_is_not()
    {
        Directory.CreateDirectory(_folder.Path("empty"));
        Directory.CreateDirectory(_folder.Path("tree", "inner"));
        Directory.CreateDirectory(_folder.Path("elsewhere"));
        File.WriteAllText(_folder.Path("tree", "inner", "file"), "kept");
        File.WriteAllText(_folder.Path("file"), "kept");
        File.WriteAllText(_folder.Path("elsewhere", "guest"), "kept");
        var right = new TestRight();
        using var folder = Folder.Open(_folder.Root);
        using var free = Folder.Open(_folder.Path("elsewhere"));
        folder.Right = right;
        using var begun = folder.CreateAside("begun");
        right.IsValid = false;
        Action[] changes =
        [
            () => folder.Replace("file", "new"u8), () => folder.CreateAside("file").Dispose(), begun.Commit,
            () => folder.Overwrite("file"), () => folder.Delete("file"), () => folder.DeleteFolder("empty"),
            () => folder.TryDeleteFolder("empty"), () => folder.DeleteTree("tree"), () => folder.TakeBack(),
            () => folder.TryRename("file", "other"), () => folder.MoveTo("file", free), () => free.MoveTo("guest", folder),
            folder.Sync,
        ];
        foreach (var change in changes)
            Assert.Equal("lorica.lockLost", Assert.Throws<FaultException>(change).Fault.Key);
        Assert.Equal("kept"u8.ToArray(), folder.Read("file", 100));
        Assert.Equal("kept", File.ReadAllText(_folder.Path("tree", "inner", "file")));
        Assert.Equal([".begun.new", "elsewhere", "empty", "file", "tree"], folder.Names().Order(StringComparer.Ordinal));
        Assert.Equal(["guest"], free.Names());
    }

    [Fact]
    public async Task Nothing_of_a_vm_is_changed_by_whoever_has_not_its_lock()
    {
        Directory.CreateDirectory(_folder.Path("web"));
        var registration = new VmRegistration
        {
            Id = Guid.NewGuid(), Datastore = "ds1", Folder = "web", File = "web", Uid = 0, Epoch = 1,
        };
        using var home = new VmHome(registration, _folder.Root);
        Assert.Equal("lorica.lockLost", Assert.Throws<FaultException>(() => home.Folder.Replace("web.vmx", "x"u8)).Fault.Key);
        using var disks = home.OpenDisks();
        var refused = await Assert.ThrowsAsync<DiskException>(
            () => Vmdk.CreateAsync(disks, "web", 512, Provisioning.Thin, null, TestContext.Current.CancellationToken));
        Assert.Equal(DiskErrorKind.LockLost, refused.Kind);
    }

    private void Link(string from, string to) => Tool.Output("ln", _folder.Path(from), _folder.Path(to));
}
