using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.HostContract;

/// <summary>VMs: made, looked at, renamed, let go, taken back, removed; epochs and records.</summary>
/// <typeparam name="THost">The host.</typeparam>
public abstract class VmContract<THost> : ContractTests<THost>
    where THost : ContractHost, new()
{
    [Fact]
    public async Task A_plain_VM_is_made_described_and_listed()
    {
        var spec = Spec();
        var made = await Host.Vms.CreateAsync(spec, default);
        Assert.Equal(
            (spec.VmId, "web01", PowerState.Off, false, "[ds1] web01/web01.vmx", 2, 64L),
            (made.VmId, made.Name, made.PowerState, made.Encrypted, made.Path, made.Cpus, made.MemoryMib));
        Assert.Equal((null, null, false, null), (made.Suspect, made.PendingJob, made.Unread, made.Guest));
        var disk = Assert.Single(made.Disks);
        Assert.Equal(
            ("virtio0:0", Mib, DiskFormat.Thin, spec.Disks[0].ObjectId, false, null),
            (disk.Label, disk.Capacity, disk.Provisioning, disk.ObjectId, disk.Encrypted, disk.Transition));
        Assert.StartsWith("[ds1] web01/", disk.Path, StringComparison.Ordinal);
        Assert.Null(made.Key);

        Assert.Equivalent(made, await Host.Vms.DescribeAsync(spec.VmId, default));
        Assert.Equivalent(made, await Host.Vms.FindAsync(spec.VmId, default));
        Assert.Equal(spec.VmId, Assert.Single(await Host.Vms.ListAsync(default)).VmId);
    }

    [Fact]
    public async Task A_list_is_of_the_VMs_that_were_asked_about_as_far_as_they_are_there()
    {
        string[] made =
        [
            (await Host.Vms.CreateAsync(Spec(), default)).VmId, (await Host.Vms.CreateAsync(Spec("web02"), default)).VmId,
        ];
        string other = Guid.NewGuid().ToString();
        Assert.Equal(made.Order(), (await Host.Vms.ListAsync(default)).Select(v => v.VmId).Order());
        Assert.Equal([made[1]], (await Host.Vms.ListAsync([other, made[1]], default)).Select(v => v.VmId));
        Assert.Equal(made.Order(), (await Host.Vms.ListAsync(made, default)).Select(v => v.VmId).Order());
        Assert.Empty(await Host.Vms.ListAsync([other], default));
        Assert.Equivalent(
            await Host.Vms.DescribeAsync(made[0], default), Assert.Single(await Host.Vms.ListAsync([made[0]], default)));
    }

    [Fact]
    public async Task A_VM_that_is_not_on_the_list_is_told_apart_from_everything_else()
    {
        string id = Guid.NewGuid().ToString();
        Assert.Null(await Host.Vms.FindAsync(id, default));
        Assert.False(await Host.Vms.DeleteAsync(new VmEdit(id, 1, []), default));
        Assert.False(await Host.Vms.UnregisterAsync(id, 1, default));
        Assert.False(await Host.Vms.PauseAsync(id, true, default));
        Assert.Null(await Host.Jobs.CancelAsync(id, default));
        Func<Task>[] calls =
        [
            () => Host.Vms.DescribeAsync(id, default),
            () => Host.Vms.RenameAsync(new VmEdit(id, 1, []), "web02", default),
            () => Host.Vms.PowerOnAsync(new VmEdit(id, 1, []), fenced: false, default),
            () => Host.Vms.PowerOffAsync(id, 1, hard: true, 0, default),
            () => Host.Disks.ResizeAsync(new VmEdit(id, 1, []), "virtio0:0", 2 * Mib, default),
            () => Host.Jobs.StartAsync(new JobSpec { JobId = id, VmId = id, Epoch = 1, Kind = HostJobKind.Decrypt }, default),
        ];
        foreach (var call in calls)
        {
            await RefusedAsync(FaultTypes.NotFound, "lorica.vmNotFound", call);
        }
    }

    [Fact]
    public async Task An_id_is_given_once()
    {
        var spec = Spec();
        await Host.Vms.CreateAsync(spec, default);
        await RefusedAsync(FaultTypes.AlreadyExists, "lorica.vmExists", () => Host.Vms.CreateAsync(spec, default));
    }

    [Fact]
    public async Task An_encrypted_VM_needs_its_keys_on_the_host_first()
    {
        var key = Subject.Make("k1");
        var spec = Spec(key: key);
        await RefusedAsync(
            FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", () => Host.Vms.CreateAsync(spec, default));
        Assert.Empty(await Host.Vms.ListAsync(default));

        await Subject.DeliverAsync(key);
        var made = await Host.Vms.CreateAsync(spec, default);
        Assert.Equal((true, key.ToName(), key.Kcv, 1L), (made.Encrypted, made.Key, made.Kcv, made.Generation));
        var disk = Assert.Single(made.Disks);
        Assert.Equal((true, key.ToName(), key.Kcv, 1L), (disk.Encrypted, disk.Key, disk.Kcv, disk.Generation));
        Assert.Empty(made.MissingKeys);
    }

    [Fact]
    public async Task A_VM_whose_key_is_gone_from_the_host_says_which()
    {
        var key = await Subject.HeldAsync("k1");
        var made = await Host.Vms.CreateAsync(Spec(key: key), default);
        Assert.Empty(await Host.Keys.RemoveAsync([key], default));
        var now = await Host.Vms.DescribeAsync(made.VmId, default);
        Assert.NotEmpty(now.MissingKeys);
        Assert.All(now.MissingKeys, m => Assert.Equal(
            (key.Provider, key.KeyId, KeyReasons.MissingOnHost), (m.Provider, m.KeyId, m.Reason)));
        Assert.True(now.Encrypted);
        await RefusedAsync(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound",
            () => Host.Vms.RenameAsync(Edit(made, 2), "other", default));
    }

    [Fact]
    public async Task A_name_changes_and_the_files_keep_theirs()
    {
        var made = await Host.Vms.CreateAsync(Spec(key: await Subject.HeldAsync("k1")), default);
        var renamed = await Host.Vms.RenameAsync(Edit(made, 2), "web02", default);
        Assert.Equal(("web02", made.Path), (renamed.Name, renamed.Path));
        Assert.True(renamed.Generation > made.Generation);
        Assert.Equal("web02", (await Host.Vms.DescribeAsync(made.VmId, default)).Name);
    }

    [Fact]
    public async Task A_stale_epoch_changes_nothing()
    {
        var made = await Host.Vms.CreateAsync(Spec(), default);
        await Host.Vms.RenameAsync(Edit(made, 5), "web02", default);
        Func<Task>[] calls =
        [
            () => Host.Vms.RenameAsync(Edit(made, 4), "web03", default),
            () => Host.Vms.DeleteAsync(Edit(made, 4), default),
            () => Host.Vms.UnregisterAsync(made.VmId, 4, default),
            () => Host.Disks.ResizeAsync(Edit(made, 4), "virtio0:0", 2 * Mib, default),
            () => Host.Jobs.StartAsync(
                new JobSpec { JobId = Guid.NewGuid().ToString(), VmId = made.VmId, Epoch = 4, Kind = HostJobKind.Decrypt,
                    AllDisks = true },
                default),
        ];
        foreach (var call in calls)
        {
            await RefusedAsync(FaultTypes.InvalidState, "lorica.staleEpoch", call);
        }

        Assert.Equal("web02", (await Host.Vms.DescribeAsync(made.VmId, default)).Name);
        Assert.Equal("web04", (await Host.Vms.RenameAsync(Edit(made, 5), "web04", default)).Name);
    }

    [Fact]
    public async Task A_VM_that_is_off_is_neither_powered_off_nor_paused()
    {
        var made = await Host.Vms.CreateAsync(Spec(), default);
        await RefusedAsync(FaultTypes.InvalidPowerState, "lorica.powerState",
            () => Host.Vms.PowerOffAsync(made.VmId, 2, hard: true, 0, default));
        await RefusedAsync(
            FaultTypes.InvalidPowerState, "lorica.powerState", () => Host.Vms.PauseAsync(made.VmId, true, default));
    }

    [Fact]
    public async Task A_removed_VM_is_gone_and_its_name_is_free()
    {
        var made = await Host.Vms.CreateAsync(Spec(), default);
        Assert.True(await Host.Vms.DeleteAsync(Edit(made, 2), default));
        Assert.False(await Host.Vms.DeleteAsync(Edit(made, 2), default));
        Assert.Empty(await Host.Vms.ListAsync(default));
        Assert.Null(await Host.Vms.InspectAsync(made.Path, default));
        Assert.Equal(made.Path, (await Host.Vms.CreateAsync(Spec(), default)).Path);
    }

    [Fact]
    public async Task A_VM_is_let_go_and_taken_back()
    {
        var made = await Host.Vms.CreateAsync(Spec(key: await Subject.HeldAsync("k1")), default);
        Assert.True(await Host.Vms.UnregisterAsync(made.VmId, 2, default));
        Assert.False(await Host.Vms.UnregisterAsync(made.VmId, 2, default));
        Assert.Null(await Host.Vms.FindAsync(made.VmId, default));

        // Its lock file says that nobody has it, under the epoch with which it was let go.
        var seen = await Host.Vms.ReadAsync(made.Path, default);
        Assert.Equal(made.VmId, (await Host.Vms.InspectAsync(made.Path, default))?.VmId);
        Assert.Equal((made.VmId, made.Key, made.Path), (seen.VmId, seen.Key, seen.Path));
        Assert.Equal((false, 2L), (seen.Lock?.Held, seen.Lock?.Epoch));

        var taken = await Host.Vms.RegisterAsync(Edit(made, 3), made.Path, fenced: false, default);
        Assert.Equal((made.VmId, made.Key, made.Path), (taken.VmId, taken.Key, taken.Path));
        Assert.Equal(made.Disks[0].ObjectId, Assert.Single(taken.Disks).ObjectId);

        // The same again is answered the same.
        Assert.Equal(made.VmId, (await Host.Vms.RegisterAsync(Edit(made, 3), made.Path, fenced: false, default)).VmId);
        Assert.Single(await Host.Vms.ListAsync(default));
    }

    [Fact]
    public async Task Files_are_taken_as_they_are_recorded_or_not_at_all()
    {
        var key = await Subject.HeldAsync("k1");
        var made = await Host.Vms.CreateAsync(Spec(key: key), default);
        await Host.Vms.UnregisterAsync(made.VmId, 2, default);
        var records = RecordsOf(made);
        Task RegisterAsync(IReadOnlyList<RecordedKey> known) =>
            Host.Vms.RegisterAsync(new VmEdit(made.VmId, 3, known), made.Path, fenced: false, default);

        await RefusedAsync(FaultTypes.GenericVmConfigFault, "lorica.notRecorded", () => RegisterAsync([]));
        await RefusedAsync(FaultTypes.GenericVmConfigFault, "lorica.olderThanKnown",
            () => RegisterAsync([.. records.Select(r => r with { Generation = 9 })]));
        await Host.Keys.RemoveAsync([key], default);
        await RefusedAsync(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", () => RegisterAsync(records));
        Assert.Empty(await Host.Vms.ListAsync(default));
        await Subject.DeliverAsync(key);
        await RegisterAsync(records);
    }

    [Fact]
    public async Task Where_nothing_lies_nothing_is_seen_and_nothing_taken()
    {
        Assert.Null(await Host.Vms.InspectAsync("[ds1] none/none.vmx", default));
        var e = await Assert.ThrowsAsync<FaultException>(() => Host.Vms.ReadAsync("[ds1] none/none.vmx", default));
        Assert.Equal(FaultTypes.NotFound, e.Fault.Type);
        string id = Guid.NewGuid().ToString();
        e = await Assert.ThrowsAsync<FaultException>(
            () => Host.Vms.RegisterAsync(new VmEdit(id, 1, []), "[ds1] none/none.vmx", fenced: false, default));
        Assert.Equal(FaultTypes.NotFound, e.Fault.Type);
    }

    [Fact]
    public async Task An_import_is_all_or_nothing()
    {
        var spec = Spec();
        byte[] sector = new byte[512];
        sector[0] = 1;
        using (var cut = Host.Vms.Import(spec, default))
        {
            Assert.True(await cut.WriteAsync(0, 0, sector, default));
        }

        // The host lets go of the id once it sees that the rest never comes.
        VmFiles? made = null;
        while (made is null)
        {
            using var whole = Host.Vms.Import(spec, default);
            try
            {
                await whole.WriteAsync(0, 512, sector, default);
                made = await whole.EndAsync(default);
            }
            catch (FaultException e) when (e.Fault.Key == "lorica.vmExists")
            {
                await Task.Yield();
            }
        }

        Assert.Equal((spec.VmId, "web01"), (made.VmId, made.Name));
        Assert.Equal(spec.VmId, Assert.Single(await Host.Vms.ListAsync(default)).VmId);
    }
}
