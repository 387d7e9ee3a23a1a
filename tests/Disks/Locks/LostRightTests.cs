using System.Security.Cryptography;
using Lorica.Crypto;
using Lorica.Disks.Jobs;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Tests.Locks;

/// <summary>Whoever changes a disk while somebody else gets the right to.</summary>
public sealed class LostRightTests : IDisposable
{
    private const int Capacity = 64 * 1024;
    private const int WindowBytes = 32 * 1024;
    private static readonly string[] Reading = ["Open", "Exists", "Stat", "Read", "RangeAt"];

    private static readonly Dictionary<string, Action<IDiskStore>> StoreChanges = new()
    {
        ["CreateNew"] = s => s.CreateNew("new").Dispose(),
        ["Rename"] = s => s.Rename("file", "other"),
        ["Remove"] = s => s.Remove("file"),
        ["Sync"] = s => s.Sync(),
    };

    private static readonly Dictionary<string, Action<IStoredFile>> FileChanges = new()
    {
        ["Write"] = f => f.Write(0, new byte[3]),
        ["SetLength"] = f => f.SetLength(0),
        ["Reserve"] = f => f.Reserve(0, 8192),
        ["DataSync"] = f => f.DataSync(),
        ["Sync"] = f => f.Sync(),
    };

    private readonly TestFolder _folder = new();
    private readonly TestKeks _keks = new();
    private readonly KeyId _old = TestKeks.First, _new = TestKeks.Second;
    private readonly byte[] _content = TestData.Noise(Capacity, 1);

    public LostRightTests() => (_content[510], _content[511]) = (0x55, 0xaa);

    public void Dispose()
    {
        _keks.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Each_single_change_is_refused_without_the_right_and_reading_is_not()
    {
        Assert.Equal(Members<IDiskStore>(), StoreChanges.Keys.Order());
        Assert.Equal(Members<IStoredFile>(), FileChanges.Keys.Order());
        _folder.Write("file", "content");
        using var folder = DiskFolder.Open(_folder.Root, new CountedRight(lostAt: 1));
        IDiskStore store = folder.Store;
        foreach (var (name, change) in StoreChanges)
            Refused(name, () => change(store));
        Assert.True(store.Exists("file"));
        using (var file = store.Open("file", writable: true))
        {
            foreach (var (name, change) in FileChanges)
                Refused(name, () => change(file));
            byte[] read = new byte[7];
            file.Read(0, read);
            Assert.Equal("content"u8.ToArray(), read);
        }

        Assert.Equal(["file"], Directory.EnumerateFiles(_folder.Root).Select(f => Path.GetFileName(f)));
        Assert.Equal("content", _folder.Text("file"));
    }

    [Theory]
    [InlineData("encrypt")]
    [InlineData("decrypt")]
    [InlineData("rekey")]
    [InlineData("add pair")]
    [InlineData("drop pair")]
    [InlineData("resize")]
    public async Task Wherever_the_right_is_lost_nothing_more_is_written_and_the_next_owner_ends_the_work(string kind)
    {
        await MakeAsync(kind);
        var start = Files().ToDictionary(f => f, File.ReadAllBytes);
        for (int n = 1; ; n++)
        {
            Put(start);
            Dictionary<string, string>? taken = null;
            var right = new CountedRight(n, () => taken = Snapshot());
            using (var folder = DiskFolder.Open(_folder.Root, right))
            {
                if (await Record.ExceptionAsync(() => WorkAsync(kind, folder)) is not { } refused)
                {
                    Assert.True(right.Asked < n && n > 5, $"{kind}: {n}");
                    return;
                }

                Assert.Equal(DiskErrorKind.LockLost, Assert.IsType<DiskException>(refused).Kind);
            }

            Assert.Equal(taken, Snapshot());
            await WorkAsync(kind, _folder.Folder);
            Assert.Equal(_content, (await ReadAsync())[..Capacity]);
        }
    }

    private static IEnumerable<string> Members<T>() => typeof(T).GetMethods().Select(m => m.Name).Except(Reading).Order();

    private static void Refused(string change, Action act)
    {
        var refused = Assert.Throws<DiskException>(act);
        Assert.True(refused.Kind == DiskErrorKind.LockLost, change);
        Assert.Contains("somebody else has the lock", refused.Message, StringComparison.Ordinal);
    }

    private async Task MakeAsync(string kind)
    {
        var keys = kind == "encrypt" ? null : new DiskKeys(_old, _keks[_old]);
        await Vmdk.CreateAsync(_folder.Folder, "d", Capacity, Provisioning.LazyZeroed, keys, CancellationToken.None);
        using (var opened = Vmdk.Open(_folder.Folder, "d", null, _keks))
        {
            await using var device = opened.OpenDevice();
            await device.WriteAsync(0, _content.ToArray(), durable: true, CancellationToken.None);
        }

        if (kind == "drop pair")
            ShallowRecrypt.AddPair(_folder.Folder, "d", _keks[_old], _new, _keks[_new]);
    }

    // Each may be done again, whatever an earlier run did of it.
    private Task WorkAsync(string kind, DiskFolder folder) => Task.Run(() =>
    {
        var model = Vmdk.ReadModel(folder, "d");
        string path = _folder.Path("d.vmdk");
        var job = new JobRun(folder.Store, "d", path, null, CancellationToken.None) { WindowBytes = WindowBytes };
        switch (kind)
        {
            case "encrypt" when model.Encrypted == model.Transition is not null:
                job.Encrypt(null, _keks.Keys(), 1);
                break;
            case "decrypt" when model.Encrypted:
                job.Decrypt(null, _keks, 1, force: false);
                break;
            case "encrypt" or "decrypt":
                job.Resume(_keks, 1, force: false);
                break;
            case "rekey":
                job.Rekey(null, _keks, new DiskKeys(_new, _keks[_new]), 1, force: false);
                break;
            case "add pair":
                ShallowRecrypt.AddPair(folder, "d", _keks[_old], _new, _keks[_new]);
                break;
            case "drop pair":
                ShallowRecrypt.DropPair(folder, "d", _old, _keks[_new]);
                break;
            default:
                Vmdk.Resize(folder.Store, "d", path, 2 * Capacity, null, _keks, CancellationToken.None);
                break;
        }
    });

    private async Task<byte[]> ReadAsync()
    {
        using var opened = Vmdk.Open(_folder.Folder, "d", null, _keks);
        await using var device = opened.OpenDevice();
        byte[] content = new byte[device.Length];
        await device.ReadAsync(0, content, CancellationToken.None);
        return content;
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(_folder.Root).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal));

    private Dictionary<string, string> Snapshot() =>
        Files().ToDictionary(f => f, f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));

    private void Put(Dictionary<string, byte[]> files)
    {
        foreach (string? file in Files().Except(files.Keys).ToArray())
            File.Delete(file);
        foreach (var (file, content) in files)
            File.WriteAllBytes(file, content);
    }
}
