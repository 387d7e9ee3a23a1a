using Lorica.Crypto;
using Lorica.Host.Power;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Power;

public sealed class RunFoldersTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_run_left_goes_and_nothing_that_it_linked_to()
    {
        var vm = Guid.NewGuid();
        var folders = new RunFolders(_folder.Path("run"));
        folders.Prepare(vm);
        File.WriteAllText(_folder.Path("precious"), "kept");
        File.CreateSymbolicLink(Path.Combine(folders.OfVm(vm), "qmp.sock"), _folder.Path("precious"));
        Directory.CreateDirectory(Path.Combine(folders.OfVm(vm), "made", "by", "the", "guest"));
        folders.Write(State(vm));
        folders.Remove(vm);
        Assert.False(Directory.Exists(folders.OfVm(vm)));
        Assert.Null(folders.Read(vm));
        Assert.Equal("kept", File.ReadAllText(_folder.Path("precious")));
    }

    [Fact]
    public void A_vm_whose_id_begins_alike_does_not_lose_its_place()
    {
        var (first, second) = (Guid.Parse("01234567-0000-4000-8000-000000000001"),
            Guid.Parse("01234567-0000-4000-8000-000000000002"));
        var folders = new RunFolders(_folder.Path("run"));
        folders.Prepare(first);
        folders.Write(State(first));
        Assert.True(folders.IsTaken(second));
        Assert.Null(folders.Read(second));
        folders.Remove(second);
        Assert.NotNull(folders.Read(first));
        Assert.False(folders.IsTaken(first));
    }

    [Fact]
    public void What_is_kept_of_a_run_is_read_back()
    {
        var vm = Guid.NewGuid();
        var folders = new RunFolders(_folder.Path("run"));
        var state = State(vm) with { FlushFailed = true };
        folders.Write(state);
        var read = folders.Read(vm)!;
        Assert.Equal((true, state.Facts.Home, state.Vmx), (read.FlushFailed, read.Facts.Home, read.Vmx));
        Assert.Equal(state.Facts.Disks.Single().Links, read.Facts.Disks.Single().Links);
        Assert.Equal(("virtio0:0", 512), (read.Facts.Disks[0].Label, read.Facts.Disks[0].Capacity));
        Assert.Equal(state.Disks.Single().Links, read.Disks.Single().Links);
        Assert.Equal(state.Facts.Keys, read.Facts.Keys);
    }

    [Fact]
    public void What_an_earlier_version_kept_of_a_run_is_read_as_disks_of_one_link()
    {
        var (vm, disk) = (Guid.NewGuid(), Guid.NewGuid());
        var folders = new RunFolders(_folder.Path("run"));
        string file = Path.Combine(_folder.Path("run"), "ctl", $"{vm:N}"[..8] + ".json");
        File.WriteAllText(file, OldRun.Text(vm, new ProcessId(1, 2), disk, extent: 17, heldLock: 19));
        var read = folders.Read(vm)!;
        Assert.Equal(new ProcessId(1, 2), read.Vmx);
        Assert.Equal((vm, 3), (read.Facts.Home.Id, read.Facts.Home.Generation));
        var verified = Assert.Single(read.Facts.Disks);
        Assert.Equal(("virtio0:0", 262144), (verified.Label, verified.Capacity));
        var link = Assert.Single(verified.Links);
        Assert.Equal((disk, 4, new KeyId("kms", "k2")), (link.Id, link.Generation, link.Next));
        var held = Assert.Single(read.Disks);
        Assert.Equal("virtio0:0", held.Label);
        Assert.Equal(new RunLink(disk, 17, 19), Assert.Single(held.Links));

        // What is written next is in the present form.
        folders.Write(read);
        Assert.DoesNotContain("diskLockFds", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal(read.Facts.Keys, folders.Read(vm)!.Facts.Keys);
    }

    [Fact]
    public void A_run_state_that_is_neither_form_is_none()
    {
        var vm = Guid.NewGuid();
        var folders = new RunFolders(_folder.Path("run"));
        string file = Path.Combine(_folder.Path("run"), "ctl", $"{vm:N}"[..8] + ".json");
        string old = OldRun.Text(vm, new ProcessId(1, 2), Guid.NewGuid(), extent: 17, heldLock: 19);
        File.WriteAllText(file, old.Replace("\"nbdFd\"", "\"disks\": [], \"nbdFd\"", StringComparison.Ordinal));
        Assert.Null(folders.Read(vm));
    }

    [Fact]
    public void A_process_is_only_taken_for_one_of_the_user_whose_it_is()
    {
        var self = ProcessId.Of(Environment.ProcessId)!;
        uint uid = uint.Parse(
            File.ReadLines("/proc/self/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1],
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(self, ProcessId.Of(Environment.ProcessId, uid));
        Assert.Null(ProcessId.Of(Environment.ProcessId, uid + 1));
    }

    private static RunState State(Guid vm) => new()
    {
        VmId = vm, KernelBoot = RunFolders.KernelBoot, Vmx = new ProcessId(1, 2),
        Disks = [new RunDisk("virtio0:0", [new RunLink(Guid.NewGuid(), 7, 8)])],
        Facts = new RunFacts
        {
            Home = new VerifiedObject { Id = vm, Provider = "kms", KeyId = "k1", Kcv = "0123456789abcdef", Generation = 3 },
            Disks =
            [
                new VerifiedDisk { Label = "virtio0:0", Capacity = 512, Links = [new VerifiedObject { Id = Guid.NewGuid() }] },
            ],
        },
    };
}
