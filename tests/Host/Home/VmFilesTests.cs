using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Registry;

namespace Lorica.Host.Tests.Home;

/// <summary>Which files of a folder are a VM's.</summary>
public sealed class VmFilesTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Guid _id = Guid.NewGuid();

    public VmFilesTests() => Directory.CreateDirectory(_folder.Path("web"));

    public void Dispose() => _folder.Dispose();

    /// <summary>Names that are like one another, and like the endings of side files.</summary>
    private static readonly string[] Names =
    [
        "web", "web-2", "web_1", "web.console", "web.vmdk", "web.lock", "web.new", "web.vmdk.new", "web.transition", "web.sealed",
        "web.refused", "web.console.sealed", "w", "console", "lock", "new",
    ];

    [Fact]
    public void No_two_roles_of_any_two_names_are_one_file()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in Names)
        {
            Assert.True(VmFiles.IsNewDiskName(name));
            string[] home = [name + ".vmx", VmFiles.LockOf(name), .. VmFiles.OfHome(name)];
            foreach (string file in home.Concat(VmFiles.OfDisk(name)))
                Assert.True(files.TryAdd(file, name), $"{file} is a file of {name} and of {files.GetValueOrDefault(file)}");
        }

        // What is refused as the name of a new disk is refused for that reason.
        Assert.Equal(VmFiles.LockOf("web"), VmFiles.DiskLockOf("web.vmx"));
        Assert.Equal(VmFiles.Data("web"), VmFiles.Descriptor("web-flat"));
        Assert.All((string[])["web.vmx", "web.VMX", "web-flat", "web-FLAT"], n => Assert.False(VmFiles.IsNewDiskName(n)));
    }

    [Fact]
    public void Disks_are_a_VMs_by_its_vmx_and_not_by_their_names()
    {
        Write("web", _id, "web.vmdk", "owner.vmdk");
        foreach (string file in new[] { "web-old.vmdk", "web-old-flat.vmdk", "web_1.vmdk", ".web_1.lock", "web.notes" })
            File.WriteAllText(_folder.Path($"web/{file}"), "");
        using var home = Home();

        var files = VmFiles.Of(home);

        Assert.Equal(["web", "owner"], files.Disks.Select(d => d.Name));
        Assert.Empty(files.Others);
    }

    [Fact]
    public void What_another_vmx_in_the_folder_names_is_not_the_VMs_even_if_its_own_vmx_names_it_too()
    {
        Write("web", _id, "web.vmdk", "shared.vmdk");
        Write("web-2", Guid.NewGuid(), "web-2.vmdk", "shared.vmdk");
        using var home = Home();

        var files = VmFiles.Of(home);

        Assert.Equal(["web"], files.Disks.Select(d => d.Name));
        Assert.All(
            (string[])["web-2.vmx", ".web-2.vmx.lock", "web-2.console", "web-2-flat.vmdk", ".shared.lock", "shared-flat.vmdk"],
            f => Assert.Equal("VM web-2", files.Others[f]));
        Assert.DoesNotContain("web.vmx", files.Others.Keys);
    }

    [Fact]
    public void Another_vmx_that_cannot_be_read_refuses_since_it_may_name_any_disk_of_the_folder()
    {
        Write("web", _id, "web.vmdk");
        File.WriteAllText(_folder.Path("web/web-2.vmx"), "nonsense");
        using var home = Home();
        foreach (var look in new Action[]
        {
            () => VmFiles.Of(home),
            () => VmFiles.RequireNobodys(home.Folder, home.Registration.VmxName, "web.vmdk", "[ds1] web/web.vmdk"),
        })
        {
            var fault = Assert.Throws<FaultException>(look).Fault;
            Assert.Equal("lorica.vmxUnreadable", fault.Key);
            Assert.Contains("web-2.vmx", fault.Message);
        }
    }

    [Theory]
    [InlineData("nonsense", "lorica.malformedVmx")]
    [InlineData(null, "lorica.foreignBundle")]
    public void A_vmx_that_cannot_be_read_or_is_another_VMs_tells_nothing_and_is_refused(string? text, string key)
    {
        Write("web", Guid.NewGuid(), "web.vmdk");
        if (text is not null)
            File.WriteAllText(_folder.Path("web/web.vmx"), text);
        using var home = Home();
        Assert.Equal(key, Assert.Throws<Contracts.Faults.FaultException>(() => VmFiles.Of(home)).Fault.Key);
    }

    [Fact]
    public void A_lock_file_alone_under_a_name_that_the_VMs_disks_get_is_that_of_a_disk_that_is_gone()
    {
        Write("web", _id, "owner.vmdk");
        foreach (string file in new[]
        {
            ".web-0123456789ab.lock", ".web_7.lock", ".web.lock", ".web.vmx.lock", ".other.vmx.lock", ".web_1.lock", "web_1.vmdk",
            ".web_2.lock", "web_2-flat.vmdk", ".lock",

            // Of other disks, of other programs.
            ".web-0001.lock", ".web-0123456789AB.lock", ".web-0123456789ab-0.lock", ".web_07.lock", ".web_0.lock", ".web_.lock",
            ".web_x.lock", ".webserver.lock", ".backup.lock", ".other_1.lock",
        })
        {
            File.WriteAllText(_folder.Path($"web/{file}"), "");
        }

        using var home = Home();
        Assert.Equal(
            ["web", "web-0123456789ab", "web_7"], VmFiles.Of(home).LockedNames(home.Folder).Order(StringComparer.Ordinal));
    }

    private VmHome Home() => new(
        new VmRegistration { Id = _id, Datastore = "ds1", Folder = "web", File = "web", Uid = 0, Epoch = 1 }, _folder.Root);

    private void Write(string file, Guid id, params string[] disks)
    {
        var text = new StringBuilder($"lorica.vmId = \"{id}\"\ndisplayName = \"VM {file}\"\nnumvcpus = \"1\"\nmemSize = \"64\"\n")
            .Append("firmware = \"bios\"\n");
        for (int i = 0; i < disks.Length; i++)
        {
            text.Append($"virtio0:{i}.fileName = \"{disks[i]}\"\nvirtio0:{i}.objectId = \"{Guid.NewGuid()}\"\n")
                .Append($"virtio0:{i}.encrypted = \"FALSE\"\n");
        }

        File.WriteAllText(_folder.Path($"web/{file}.vmx"), text.ToString());
    }
}
