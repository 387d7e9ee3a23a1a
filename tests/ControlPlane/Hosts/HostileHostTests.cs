using Lorica.Contracts.Host;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;
using VmChangeKind = Lorica.Contracts.Host.VmChangeKind;

namespace Lorica.ControlPlane.Tests.Hosts;

/// <summary>A host that somebody broke into: what it says harms at most what was placed on it.</summary>
public sealed class HostileHostTests
{
    [Fact]
    public async Task A_host_that_answers_about_a_VM_of_another_host_does_not_weaken_its_records()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        await CreateAsync(center, "victim", "h1");
        await CreateAsync(center, "own", "h2");
        var victim = center.Hosts[0].Vms.Values.Single();
        VmDescription Lie(VmDescription own)
        {
            // Plain under the name of the victim; its own objects are among the disks, so that the decryption looks done.
            var lie = victim.Clone();
            lie.Disks.AddRange(own.Disks.Select(d => d.Clone()));
            lie.Disks.Add(new DiskDescription
            {
                Label = "virtio0:9", Links = { new LinkDescription { ObjectId = own.VmId, Path = own.Path } },
            });
            (lie.Encrypted, lie.Key, lie.Kcv, lie.Generation) = (false, null, "", 0);
            foreach (var disk in lie.Disks)
            {
                var link = disk.Links[0];
                (link.Encrypted, link.Key, link.Kcv, link.Generation) = (false, null, "", 0);
            }

            return lie;
        }

        center.Hosts[1].HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/own/policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}""");
        await Wait.UntilAsync(() => center.Hosts[1].Started.Any(s => s.JobId == task.Id), "the job runs");
        center.Hosts[1].Lies = Lie;
        center.Hosts[1].HoldJobs!.SetResult();

        Assert.Equal("failed", (await center.EndAsync(task.Id)).State);
        var records = (await center.RecordsAsync()).Where(r => r.VmId == victim.VmId).ToList();
        Assert.Equal(2, records.Count);
        Assert.All(records, r => Assert.Equal((KeyRecordStates.Usable, true, 1L), (r.State, r.InUse, r.Generation)));
        Assert.Equal((true, null), ((await center.VmAsync("victim")).Encrypted, (await center.VmAsync("victim")).Suspect));
    }

    [Fact]
    public async Task A_host_cannot_raise_the_generation_of_a_VM_of_another_host()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        await CreateAsync(center, "victim", "h1");
        await CreateAsync(center, "own", "h2");
        var victim = center.Hosts[0].Vms.Values.Single();
        center.Hosts[1].Lies = _ => new VmDescription(victim) { Generation = long.MaxValue };

        var refused = await center.RefusedAsync("vms/own/rename", """{"name":"other"}""");

        Assert.Equal("lorica.otherObject", refused.Code);
        Assert.Equal(1, (await center.RecordsAsync()).Where(r => r.VmId == victim.VmId).Max(r => r.Generation));
        Assert.Equal(victim.Path, (await center.VmAsync("victim")).Path);
    }

    [Fact]
    public async Task What_a_host_tells_of_VMs_that_are_not_on_it_is_no_event()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        await CreateAsync(center, "victim", "h1");
        await CreateAsync(center, "own", "h2");
        center.Hosts[1].Tell(new VmChanged
        {
            VmId = center.Hosts[0].Vms.Keys.Single(), PowerState = VmPowerState.Off,
            What = VmChangeKind.PoweredOff
        });
        center.Hosts[1].Tell(new VmChanged { VmId = "nobody", PowerState = VmPowerState.Off, What = VmChangeKind.PoweredOff });
        center.Hosts[1].Tell(new VmChanged
        {
            VmId = center.Hosts[1].Vms.Keys.Single(), PowerState = VmPowerState.Off,
            What = VmChangeKind.VmxRestarted
        });

        await Wait.UntilAsync(async () => (await center.EventsAsync(EventIds.VmChanged)).Count > 0, "the last of them is told");
        var told = Assert.Single(await center.EventsAsync(EventIds.VmChanged));
        Assert.Equal(("own", "vmxRestarted"), (told.Object, told.Message));
    }

    [Fact]
    public async Task Datastores_that_no_host_can_have_are_not_taken_from_one()
    {
        await using var center = await TestCenter.StartAsync();
        var description = new HostDescription { CryptoMode = Lorica.Contracts.Host.HostCryptoMode.Safe };
        description.Datastores.Add(
            new DatastoreDescription { Id = "a", Name = "fine", Path = "/a\n", Capacity = -1, Free = long.MinValue });
        description.Datastores.Add(new DatastoreDescription { Id = "b", Name = "../b" });
        description.Datastores.Add(new DatastoreDescription { Id = "c", Name = new string('c', 100_000) });
        description.Datastores.Add(new DatastoreDescription { Id = "d", Name = "d\u001b[2J" });
        description.Datastores.AddRange(
            Enumerable.Range(0, 5000).Select(i => new DatastoreDescription { Id = $"x{i}", Name = $"x{i}" }));

        await center.Store.WriteAsync(async db => await center.Service<DatastoreTable>().FollowAsync(
            db, await db.Raw.Hosts.SingleAsync(), description.ToModel(), default));

        var rows = await center.Store.ReadAsync(db => db.Raw.HostDatastores.ToListAsync());
        Assert.Equal(256, rows.Count);
        Assert.All(rows, r => Assert.True(r is { Name.Length: <= 5, Capacity: 0, Free: 0 } && !r.Path.Any(char.IsControl)));
    }

    private static async Task CreateAsync(TestCenter center, string name, string host) =>
        Assert.Equal("succeeded", (await center.DoAsync("vms", $$"""
        {"name":"{{name}}","host":"{{host}}","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576}]}
        """)).State);
}
