using System.Diagnostics;
using Lorica.Contracts;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Hosts;

public sealed class UnlockTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Five_hundred_locked_VMs_with_a_key_each_unlock_by_themselves_when_the_provider_is_back()
    {
        const int Count = 500;
        await using var center = await TestCenter.StartAsync();
        await PlaceAsync(center, Count);
        center.Broker.KmsDown = true;
        center.Host.Restart();
        await Wait.UntilAsync(async () => await LockedAsync(center) == Count, "all are locked");
        Assert.Equal(Count, await RaisedAsync(center, AlarmIds.VmLocked));
        await Wait.UntilAsync(async () => await RaisedAsync(center, AlarmIds.ProviderConnection) == 1, "the provider's alarm");
        Assert.Equal(1, await EventsAsync(center, EventIds.KmsUnreachable));
        int seals = center.Broker.SealCalls;

        var watch = Stopwatch.StartNew();
        center.Broker.KmsDown = false;
        await Wait.UntilAsync(async () => await LockedAsync(center) == 0, "all are unlocked");

        output.WriteLine($"{Count} VMs unlocked {watch.ElapsedMilliseconds} ms after the provider's return");
        Assert.Equal(Count, center.Host.Keys.Count);
        Assert.Equal(0, await RaisedAsync(center, AlarmIds.VmLocked));
        Assert.Equal(Count, await EventsAsync(center, EventIds.Unlocked));
        await Wait.UntilAsync(
            async () => await RaisedAsync(center, AlarmIds.ProviderConnection) == 0, "the provider's alarm is cleared");
        Assert.Equal(1, await EventsAsync(center, EventIds.KmsReachable));
        Assert.True(center.Broker.SealCalls - seals <= 20, "keys travel in batches");
    }

    private static Task PlaceAsync(TestCenter center, int count) => center.Store.WriteAsync(db =>
    {
        for (int i = 0; i < count; i++)
        {
            var (id, disk, key, kcv) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), $"key-{i}", i.ToString("x16"));
            db.Raw.Vms.Add(
                new VmRow { Id = id, Name = $"vm{i}", HostId = TestCenter.HostId, Datastore = "ds1", State = VmStates.Present });
            db.Raw.KeyRecords.AddRange(Record(id, "vm", id, key, kcv), Record(disk, "disk", id, key, kcv));
            center.Broker.Keys[key] = kcv;
            var named = new KeyRef { Provider = "kms1", KeyId = key };
            center.Host.Vms[id] = new VmDescription
            {
                VmId = id, Name = $"vm{i}", PowerState = VmPowerState.Off, Encrypted = true, Key = named, Kcv = kcv,
                Generation = 1,
                Path = $"[ds1] vm{i}/vm{i}.vmx",
                Disks =
                {
                    new DiskDescription
                    {
                        Label = "virtio0:0",
                        Links =
                        {
                            new LinkDescription { ObjectId = disk, Encrypted = true, Key = named, Kcv = kcv, Generation = 1 },
                        },
                    },
                },
            };
        }

        return Task.CompletedTask;
    });

    private static KeyRecordRow Record(string objectId, string kind, string vm, string key, string kcv) => new()
    {
        ObjectId = objectId, Kind = kind, VmId = vm, Provider = "kms1", KeyId = key, Kcv = kcv, Generation = 1,
        State = KeyRecordStates.Usable, InUse = true, TaskId = "t",
    };

    /// <summary>Counted in the database: there are more than a page of them.</summary>
    private static Task<int> EventsAsync(TestCenter center, string id) =>
        center.Store.ReadAsync(db => db.Raw.Events.CountAsync(e => e.EventId == id));

    private static Task<int> LockedAsync(TestCenter center) =>
        center.Store.ReadAsync(db => db.Raw.Vms.CountAsync(v => v.CryptoState == "locked"));

    private static Task<int> RaisedAsync(TestCenter center, string alarm) =>
        center.Store.ReadAsync(db => db.Raw.Alarms.CountAsync(a => a.Alarm == alarm && a.ClearedAt == null));
}
