using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>
/// A relocation, cut after each of its durable steps: datastores and registry as they are there are kept, and each such state is
/// put back under a host that starts anew. Before the switch the VM is where it was, behind it where it was to go; nothing is
/// left of the other place, and the same relocation can be asked for again.
/// </summary>
public sealed class CutRelocationTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1");
    private readonly List<string> _cuts = [];
    private TestHost _host = null!;

    private string[] Folders => [_host.Config.StateFolder, _host.Datastore, _host.SecondDatastore];

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("eagerZeroed")]
    public async Task A_relocation_cut_after_any_step_leaves_one_whole_VM_in_one_place(string format)
    {
        var vm = new TestVm("sec", _kek, disks: 2, capacity: 256 * 1024);
        var before = await vm.ImportAsync(_host.Client);
        _host.Node.Jobs.AfterStep = step =>
        {
            _cuts.Add(step);
            Copy(Folders, _folder.Path("cut-" + _cuts.Count));
        };
        await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds2", format));
        Assert.Equal(["1 noted", "2 copied", "3 renamed", "4 switched"], _cuts);

        for (int i = 0; i < _cuts.Count; i++)
        {
            await _host.StopAsync();
            PutBack(_folder.Path("cut-" + (i + 1)));
            await _host.StartAsync();
            await _host.DeliverAsync(_kek);

            var moved = _cuts[i] == "4 switched";
            var (here, other) = moved ? (_host.SecondDatastore, _host.Datastore) : (_host.Datastore, _host.SecondDatastore);
            Assert.Empty(TestHost.EntriesOf(other));
            var folder = Assert.Single(TestHost.EntriesOf(here));
            var now = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
            Assert.Null(now.Suspect);
            Assert.All(now.Disks, d => Assert.Null(d.Suspect));
            Assert.StartsWith(moved ? "[ds2] " : "[ds1] ", now.Path, StringComparison.Ordinal);
            Assert.Equal(vm.Content, await PlainDisk.ReadAsync(folder, "sec", _kek));

            var after = await _host.Client.SucceedAsync(TestJob.Relocate(vm, now, "ds2", format));
            Assert.StartsWith("[ds2] ", after.Path, StringComparison.Ordinal);
            Assert.Equal(
                vm.Content, await PlainDisk.ReadAsync(Assert.Single(TestHost.EntriesOf(_host.SecondDatastore)), "sec_1", _kek));
        }
    }

    private void PutBack(string cut)
    {
        foreach (var folder in Folders)
            Directory.Delete(folder, recursive: true);
        for (int i = 0; i < Folders.Length; i++)
            CopyFolder(Path.Combine(cut, $"{i}"), Folders[i]);
    }

    private static void Copy(string[] folders, string to)
    {
        for (int i = 0; i < folders.Length; i++)
            CopyFolder(folders[i], Path.Combine(to, $"{i}"));
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to, File.GetUnixFileMode(from));
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
        foreach (var folder in Directory.EnumerateDirectories(from))
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
