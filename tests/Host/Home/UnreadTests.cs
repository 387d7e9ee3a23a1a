using Lorica.Contracts.Host;
using Lorica.Host.Registry;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Home;

public sealed class UnreadTests
{
    [Fact]
    public async Task A_vm_whose_datastore_is_not_mounted_says_so_and_that_nothing_of_it_is_from_the_files()
    {
        using var folder = new TestFolder();
        await using var host = await TestHost.StartAsync(folder);
        var vm = new TestVm("web");
        var before = await vm.ImportAsync(host.Client);
        Assert.False(before.Unread);
        string marker = Path.Combine(host.Datastore, DatastoreMarker.FileName);
        string aside = folder.Path("marker");
        File.Move(marker, aside);

        var away = await host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Equal((true, "lorica.datastoreNotThere", VmGuestState.Unspecified), (away.Unread, away.Suspect.Key, away.Guest));
        Assert.Contains("not mounted", away.Suspect.Message, StringComparison.Ordinal);

        File.Move(aside, marker);
        var back = await host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Equal((false, null, before.Cpus), (back.Unread, back.Suspect, back.Cpus));
    }
}
