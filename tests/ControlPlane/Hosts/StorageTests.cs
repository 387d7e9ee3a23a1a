using System.Net;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Hosts;

public sealed class StorageTests
{
    private const string Gone = "The datastore ds1 is not mounted: /ds1 has no .lorica-datastore.";

    [Fact]
    public async Task A_VM_whose_datastore_is_not_mounted_is_shown_as_last_seen_and_what_is_missing_is_said_at_the_datastore()
    {
        await using var center = await TestCenter.StartAsync();
        Assert.Equal("succeeded", (await center.CreateAsync("web", TestCenter.EncryptionPolicy)).State);
        var before = await center.VmAsync("web");
        Assert.Equal((true, "compliant"), (before.Encrypted, before.Compliance));
        center.Host.DatastoreProblem = Gone;

        foreach (var vm in new[] { await center.VmAsync("web"), await ListedAsync() })
        {
            Assert.Equal((before.Encrypted, before.Cpus, before.MemoryMib, before.Key, before.Path),
                (vm.Encrypted, vm.Cpus, vm.MemoryMib, vm.Key, vm.Path));
            Assert.Equal(before.Disks.Select(d => (d.Path, d.Encrypted, d.Capacity)),
                vm.Disks.Select(d => (d.Path, d.Encrypted, d.Capacity)));
            Assert.Equal(("unknown", "unknown"), (vm.Compliance, vm.HomeCompliance));
            Assert.Equal([Gone], vm.Drift);
            Assert.Equal(("lorica.datastoreNotThere", Gone), (vm.Unreadable?.Key, vm.Unreadable?.Message));
            Assert.Null(vm.Suspect);
        }

        var refused = await center.RefusedAsync("vms/web/power", """{"action":"on"}""", HttpStatusCode.Conflict);
        Assert.Equal(("lorica.datastoreNotThere", Gone), (refused.Code, refused.Detail));

        // Also after somebody asked, and after the host said that something changed.
        center.Host.Tell(new VmChanged { VmId = before.Id, PowerState = VmPowerState.Off, What = VmChangeKind.PoweredOff });
        await Wait.UntilAsync(
            async () => (await center.EventsAsync(EventIds.VmChanged)).Count > 0, "the change was heard");
        Assert.True((await center.VmAsync("web")).Encrypted);
        await UntilAlarmsAsync(center, [AlarmIds.DatastoreProblem]);
        Assert.Equal($"h1: {Gone}", (await AlarmsAsync(center)).Single().Message);
        Assert.Single(await center.EventsAsync(EventIds.DatastoreProblem));
        Assert.Equal(Gone, (await center.GetAsync("datastores/ds1", RestJson.Default.DatastoreListModel)).Hosts.Single().Problem);

        center.Host.DatastoreProblem = null;
        await UntilAlarmsAsync(center, []);
        Assert.Equal(("compliant", null), ((await center.VmAsync("web")).Compliance, (await center.VmAsync("web")).Unreadable));

        async Task<VmModel> ListedAsync() =>
            Assert.Single((await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items);
    }

    [Fact]
    public async Task A_host_that_restarts_without_its_datastore_makes_no_VM_suspect()
    {
        await using var center = await TestCenter.StartAsync();
        Assert.Equal("succeeded", (await center.CreateAsync("web", TestCenter.EncryptionPolicy)).State);
        center.Host.DatastoreProblem = Gone;
        await center.RestartAsync();

        await UntilAlarmsAsync(center, [AlarmIds.DatastoreProblem]);
        await center.Service<IGrainFactory>().GetGrain<IHostGrain>(TestCenter.HostId).ReconcileAsync();
        Assert.Equal([AlarmIds.DatastoreProblem], (await AlarmsAsync(center)).Select(a => a.Alarm));
        Assert.Empty(await center.EventsAsync(EventIds.Suspect));
        Assert.True((await center.VmAsync("web")).Encrypted);
    }

    [Fact]
    public async Task A_guest_that_stands_still_has_an_alarm_until_it_goes_on_also_when_nobody_told_that_it_does()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("web");
        await center.PowerAsync("web", "on");
        var vm = center.Host.Vms.Single().Value;
        center.Host.Free = 0;
        (vm.Guest, vm.GuestDetail) = (VmGuestState.IoError,
            "The guest stands still since a disk failed (No space left on device).");
        center.Host.Tell(new VmChanged
        {
            VmId = vm.VmId, PowerState = VmPowerState.On, What = VmChangeKind.IoError,
            Detail = vm.GuestDetail
        });

        await UntilAlarmsAsync(center, [AlarmIds.VmStandsStill]);
        var shown = await center.VmAsync("web");
        Assert.Equal(("poweredOn", "ioError", vm.GuestDetail), (shown.PowerState, shown.Guest, shown.GuestDetail));
        await Wait.UntilAsync(
            async () => (await center.GetAsync("datastores/ds1", RestJson.Default.DatastoreListModel)).Free == 0,
            "the space is the one of now");

        (vm.Guest, vm.GuestDetail, center.Host.Free) = (VmGuestState.Running, "", 1 << 20);
        await UntilAlarmsAsync(center, []);
        Assert.Equal("running", (await center.VmAsync("web")).Guest);
        await Wait.UntilAsync(
            async () => (await center.GetAsync("datastores/ds1", RestJson.Default.DatastoreListModel)).Free == 1 << 20,
            "the space is the one of now");
    }

    [Fact]
    public async Task A_guest_that_stood_still_while_the_center_was_away_has_its_alarm_after_the_start()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("web");
        await center.PowerAsync("web", "on");
        await center.RestartAsync(() =>
        {
            center.Host.Vms.Single().Value.Guest = VmGuestState.IoError;
            return Task.CompletedTask;
        });
        await UntilAlarmsAsync(center, [AlarmIds.VmStandsStill]);
        await center.PowerAsync("web", "off");
        center.Host.Vms.Single().Value.Guest = VmGuestState.Unspecified;
        await UntilAlarmsAsync(center, []);
    }

    [Fact]
    public async Task A_datastore_with_a_name_that_no_url_carries_is_a_problem_of_its_host()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        center.Host.SecondDatastoreName = "..";
        center.Host.SecondDatastoreFree = 1 << 20;

        await UntilAlarmsAsync(center, [AlarmIds.DatastoreProblem]);
        Assert.DoesNotContain(await center.Store.ReadAsync(db => db.Raw.Datastores.ToListAsync()), d => d.Name == "..");
    }

    private static async Task<IReadOnlyList<AlarmModel>> AlarmsAsync(TestCenter center) =>
        (await center.GetAsync("alarms", RestJson.Default.ListModelAlarmModel)).Items;

    private static Task UntilAlarmsAsync(TestCenter center, IReadOnlyList<string> wanted) => Wait.UntilAsync(
        async () => (await AlarmsAsync(center)).Select(a => a.Alarm).SequenceEqual(wanted),
        $"the alarms are: {string.Join(", ", wanted)}");
}
