using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Lifecycle;

/// <summary>Rename, move, migrate.</summary>
public sealed class PlaceTests
{
    [Fact]
    public async Task A_vm_is_renamed_in_the_inventory_and_in_its_file()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("taken");
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/rename", """{"name":"shop"}""")).State);
        var vm = await center.VmAsync("shop");
        Assert.Equal(("[ds1] a/a.vmx", null), (vm.Path, vm.Suspect));
        Assert.Equal("shop", center.Host.Vms[vm.Id].Name);
        Assert.Equal("lorica.vmExists", (await center.RefusedAsync("vms/shop/rename", """{"name":"taken"}""")).Code);

        // A locked VM cannot be sealed anew.
        center.Broker.KmsDown = true;
        center.Host.Keys.Clear();
        Assert.Equal("msg.vigor.enc.keyNotFound", (await center.RefusedAsync("vms/shop/rename", """{"name":"other"}""")).Code);
    }

    [Fact]
    public async Task A_vm_moves_to_a_folder_and_nobody_gains_crypto_privileges_by_moving_it()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.Store.WriteAsync(db => Task.FromResult(db.Raw.Containers.Add(
            new ContainerRow
            {
                Id = "folder-prod", Kind = ObjectKinds.Folder, Name = "prod", ParentId = InventoryIds.FirstDatacenter,
            })));
        var mallory = await People.WithoutAsync(center, Privileges.Decrypt);
        await center.Store.WriteAsync(db => Task.FromResult(db.Raw.Permissions.Add(new PermissionRow
        {
            PrincipalKind = PrincipalKinds.User, Principal = mallory.User, RoleId = -1, ObjectKind = ObjectKinds.Folder,
            ObjectId = "folder-prod", Propagate = true,
        })));
        var life = center.Vms;
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => life.MoveAsync(mallory, "a", new MoveVmBody("prod"), default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.Decrypt), (refused.Fault.Type, refused.Fault.Key));
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/move", """{"folder":"prod"}""")).State);
        Assert.Equal("prod", (await center.VmAsync("a")).Folder);
    }

    [Fact]
    public async Task Cold_migration_takes_the_keys_to_the_new_host_and_off_the_old_one()
    {
        await using var center = await OfTwoAsync();
        await CreateOnFirstAsync(center, "a", TestCenter.EncryptionPolicy);
        var key = (await center.VmAsync("a")).Key!;
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/migrate", """{"host":"h2"}""")).State);
        var vm = await center.VmAsync("a");
        Assert.Equal(("h2", "unlocked", null), (vm.Host, vm.CryptoState, vm.Suspect));
        Assert.Empty(center.Hosts[0].Vms);
        Assert.Contains($"kms1/{key.Id}", center.Hosts[1].Keys.Keys);
        await Wait.UntilAsync(() => Task.FromResult(center.Hosts[0].Keys.IsEmpty), "the key leaves the old host");
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
        Assert.Equal("lorica.mustBeOff", (await center.RefusedAsync("vms/a/migrate", """{"host":"h1"}""")).Code);
    }

    [Fact]
    public async Task A_host_in_maintenance_takes_no_VM()
    {
        await using var center = await OfTwoAsync();
        await CreateOnFirstAsync(center, "a", TestCenter.EncryptionPolicy);
        (await center.PostAsync("hosts/h2/maintenance", """{"enter":true}""")).EnsureSuccessStatusCode();
        Assert.Equal("lorica.hostMaintenance", (await center.RefusedAsync("vms/a/migrate", """{"host":"h2"}""")).Code);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister", "")).State);
        Assert.Equal("lorica.hostMaintenance",
            (await center.RefusedAsync("vms/register", """{"path":"[ds1] a/a.vmx","host":"h2"}""")).Code);

        // Where no host is named, one that is in service takes it.
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", """{"path":"[ds1] a/a.vmx"}""")).State);
        Assert.Equal("h1", (await center.VmAsync("a")).Host);
    }

    [Fact]
    public async Task A_host_that_does_not_see_the_datastore_is_refused_with_the_way_out()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        await CreateOnFirstAsync(center, "a", TestCenter.EncryptionPolicy);
        var refused = await center.RefusedAsync("vms/a/migrate", """{"host":"h2"}""");
        Assert.Equal((FaultTypes.NotSupported, "lorica.otherDatastore"), (refused.Title, refused.Code));
        Assert.Contains("Relocate", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_sees_a_copy_of_the_files_is_found_out_and_the_vm_stays_where_it_was()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        await CreateOnFirstAsync(center, "a", TestCenter.EncryptionPolicy);
        var copy = center.Host.Vms.Values.Single().Clone();
        center.Hosts[1].Unregistered[copy.Path] = copy;
        var task = await center.DoAsync("vms/a/migrate", """{"host":"h2"}""");
        Assert.Equal(("failed", "lorica.otherDatastore"), (task.State, task.Fault!.Key));
        Assert.Single(center.Host.Vms);
        Assert.Empty(center.Hosts[1].Vms);
        Assert.Empty(center.Hosts[1].Delivered);
        Assert.Equal("h1", (await center.VmAsync("a")).Host);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_new_host_that_refuses_leaves_the_vm_on_the_old_one_with_its_keys()
    {
        await using var center = await OfTwoAsync();
        await CreateOnFirstAsync(center, "a", TestCenter.EncryptionPolicy);
        center.Hosts[1].RefuseRegister = new Fault(
            FaultTypes.GenericVmConfigFault, "lorica.bundleEdited", "a", "The bundle was edited.");
        var task = await center.DoAsync("vms/a/migrate", """{"host":"h2"}""");
        Assert.Equal(("failed", "lorica.bundleEdited"), (task.State, task.Fault!.Key));
        Assert.Equal(("h1", 1, 0), ((await center.VmAsync("a")).Host, center.Hosts[0].Vms.Count, center.Hosts[1].Vms.Count));
        await Wait.UntilAsync(() => Task.FromResult(center.Hosts[1].Keys.IsEmpty), "the key leaves the new host");
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task Migrate_an_encrypted_vm_needs_Cryptographer_Migrate()
    {
        await using var center = await OfTwoAsync();
        await CreateOnFirstAsync(center, "a", TestCenter.EncryptionPolicy);
        await CreateOnFirstAsync(center, "p", TestCenter.DefaultPolicy);
        var caller = await People.WithoutAsync(center, Privileges.CryptoMigrate);
        var life = center.Vms;
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => life.MigrateAsync(caller, "a", new MigrateVmBody("h2"), default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.CryptoMigrate, "a"),
            (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
        Assert.Equal("succeeded",
            (await center.EndAsync((await life.MigrateAsync(caller, "p", new MigrateVmBody("h2"), default)).Id)).State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_center_that_stops_in_the_middle_of_a_migration_finishes_it_after_its_start(int step)
    {
        await using var center = await OfTwoAsync();
        await CreateOnFirstAsync(center, "a", TestCenter.EncryptionPolicy);
        var reached = new TaskCompletionSource();
        var stop = new TaskCompletionSource();
        center.Hosts[step == 2 ? 1 : 0].BeforeLife = async what =>
        {
            if (what == (step switch { 0 => "unregister", 1 => "unregistered", _ => "register" }))
            {
                reached.TrySetResult();
                await stop.Task;
            }
        };
        await center.BeginAsync("vms/a/migrate", """{"host":"h2"}""");
        await reached.Task;
        await center.RestartAsync(() =>
        {
            center.Hosts[0].BeforeLife = null;
            center.Hosts[1].BeforeLife = null;
            stop.SetResult();
            return Task.CompletedTask;
        });
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).Task is null, "the migration is finished");
        Assert.Equal(("h2", 0, 1), ((await center.VmAsync("a")).Host, center.Hosts[0].Vms.Count, center.Hosts[1].Vms.Count));
        Assert.Equal(
            "h2", await center.Store.ReadAsync(
                db => db.Raw.Vms.Join(db.Raw.Hosts, v => v.HostId, h => h.Id, (v, h) => h.Name).SingleAsync()));
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    private static async Task CreateOnFirstAsync(TestCenter center, string name, string policy) => Assert.Equal(
        "succeeded", (await center.DoAsync(
        "vms", $$"""{"name":"{{name}}","host":"h1","policy":"{{policy}}","disks":[{"capacity":1048576}]}""")).State);

    private static async Task<TestCenter> OfTwoAsync()
    {
        var center = await TestCenter.StartAsync(hosts: 2);
        center.Hosts[1].Unregistered = center.Hosts[0].Unregistered;
        center.Hosts[1].SharesWith = center.Hosts[0];
        center.Hosts[0].SharesWith = center.Hosts[1];
        return center;
    }
}
