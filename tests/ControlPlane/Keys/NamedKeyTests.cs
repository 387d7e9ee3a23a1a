using System.Net;
using System.Net.Http.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>A key id in a request brings nobody a key.</summary>
public sealed class NamedKeyTests
{
    private const string Kcv = "0123456789abcdef";

    [Fact]
    public async Task The_key_of_another_VM_is_not_delivered_to_a_host_of_ones_choice()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        Assert.Equal("succeeded", (await center.DoAsync("vms", $$"""
            {"name":"x","host":"h1","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576}]}
            """)).State);
        var x = await center.VmAsync("x");
        var caller = await People.OnlyAtAsync(center, ObjectKinds.Datacenter, InventoryIds.FirstDatacenter, except: x.Id);

        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.CreateAsync(caller, Body("bait", x.Key!.Id, "h2"), default));

        Assert.Equal((FaultTypes.ResourceInUse, "lorica.keyInUse"), (refused.Fault.Type, refused.Fault.Key));
        Assert.Empty(center.Hosts[1].Delivered);
    }

    [Fact]
    public async Task A_named_key_that_another_VM_got_between_the_look_and_the_begin_is_refused()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("x");
        var (a, x) = ((await center.VmAsync("a")).Id, (await center.VmAsync("x")).Id);
        center.Broker.Keys["shared"] = Kcv;
        center.Broker.OnCheck = _ => RecordAsync(center, x);

        Assert.Equal("lorica.keyInUse", (await center.RefusedAsync("vms", $$"""
            {"name":"b","disks":[{"capacity":1048576}],"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"keyId":"shared"}]}
            """)).Code);
        await ForgetAsync(center);
        Assert.Equal("lorica.keyInUse", (await center.RefusedAsync("vms/a/policy",
            $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"keyId":"shared"}]}""")).Code);
        await ForgetAsync(center);
        Assert.Equal("lorica.keyInUse", (await center.RefusedAsync("vms/a/clone",
            $$"""{"name":"c","policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"keyId":"shared"}]}""")).Code);
        await ForgetAsync(center);
        center.Broker.OnCheck = null;
        await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.OnCheck = _ => RecordAsync(center, x);
        Assert.Equal("lorica.keyInUse",
            (await center.RefusedAsync("vms/a/recrypt", """{"mode":"shallow","keys":[{"keyId":"shared"}]}""")).Code);

        Assert.Empty(await center.Service<TaskStore>().UnfinishedAsync(default));
        Assert.DoesNotContain("kms1/shared", center.Host.Delivered);
        Assert.DoesNotContain(await center.RecordsAsync(), r => r.KeyId == "shared" && r.VmId == a);
    }

    [Fact]
    public async Task A_named_key_belongs_to_its_VM_from_the_begin_of_the_task()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("x");
        center.Broker.Keys["named"] = Kcv;
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        center.Broker.OnActivate = async _ =>
        {
            reached.TrySetResult();
            await go.Task;
        };

        // The disk's new key comes first, and the work waits for it: the named one is not used by anything yet.
        var task = await center.BeginAsync("vms/a/policy", $$"""
            {"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"objects":["virtio0:0"],"provider":"kms1"},{"keyId":"named"}]}
            """);
        await reached.Task;
        Assert.Equal((KeyRecordStates.Usable, false), (await center.RecordsAsync()).Where(r => r.KeyId == "named")
            .Select(r => (r.State, r.InUse)).Single());
        Assert.Equal("lorica.keyInUse", (await center.RefusedAsync("vms/x/policy",
            $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"keyId":"named"}]}""")).Code);
        go.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
    }

    [Fact]
    public async Task A_key_that_only_the_KMS_knows_needs_ManageKeys_and_one_that_was_made_ahead_does_not()
    {
        await using var center = await TestCenter.StartAsync();
        center.Broker.Keys["unknown"] = Kcv;
        string made = await MakeAsync(center);
        int asked = 0;
        center.Broker.OnCheck = key =>
        {
            asked += key.KeyId == "unknown" ? 1 : 0;
            return Task.CompletedTask;
        };
        var caller = await People.WithoutAsync(center, Privileges.ManageKeys);
        var vms = center.Vms;

        var refused = await Assert.ThrowsAsync<FaultException>(() => vms.CreateAsync(caller, Body("a", "unknown"), default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.ManageKeys), (refused.Fault.Type, refused.Fault.Key));
        Assert.Equal(0, asked);
        Assert.Equal(caller.User, Assert.Single(await center.EventsAsync(EventIds.PrivilegeRefused)).User);
        Assert.Equal("succeeded", (await center.EndAsync((await vms.CreateAsync(caller, Body("a", made), default)).Id)).State);
        var known = await vms.CreateAsync(People.Administrator, Body("b", "unknown"), default);
        Assert.Equal("succeeded", (await center.EndAsync(known.Id)).State);

        // Its own key, now and earlier, is no unknown one.
        var back = new RecryptBody("shallow", Keys: [new KeySpecBody(null, "kms1", made)]);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""")).State);
        Assert.Equal("succeeded", (await center.EndAsync((await vms.RecryptAsync(caller, "a", back, default)).Id)).State);
        Assert.Equal(made, (await center.VmAsync("a")).Key!.Id);
    }

    [Theory]
    [InlineData(TaskKinds.Create)]
    [InlineData(TaskKinds.Register)]
    [InlineData(TaskKinds.Clone)]
    public async Task A_permission_that_is_withdrawn_while_the_KMS_is_asked_begins_no_new_VM(string kind)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string key = (await center.VmAsync("a")).Key!.Id;
        if (kind == TaskKinds.Register)
        {
            await center.DoAsync("vms/a/unregister", "");
        }

        string made = await MakeAsync(center);
        var caller = await People.WithoutAsync(center);
        center.Broker.OnCheck = _ => People.WithdrawAsync(center, caller);

        var refused = await Assert.ThrowsAsync<FaultException>(() => kind switch
        {
            TaskKinds.Create => center.Vms.CreateAsync(caller, Body("b", made), default),
            TaskKinds.Clone => center.Vms.CloneAsync(
                caller, "a", new CloneVmBody("b", Keys: [new KeySpecBody(null, "kms1", key)]), default),
            _ => center.Vms.RegisterAsync(caller, new RegisterVmBody { Path = "[ds1] a/a.vmx" }, default),
        });

        Assert.Equal(FaultTypes.NoPermission, refused.Fault.Type);
        Assert.Empty(await center.Service<TaskStore>().UnfinishedAsync(default));
        Assert.Equal(
            kind == TaskKinds.Register ? 0 : 1, await center.Store.ReadAsync(db => db.Raw.Vms.CountAsync()));
    }

    [Fact]
    public async Task A_key_of_a_VM_that_left_is_not_forgotten_but_by_force()
    {
        await using var center = await TestCenter.StartAsync();
        string made = await MakeAsync(center);
        var vms = center.Vms;
        await center.EndAsync((await vms.CreateAsync(People.Administrator, Body("a", made), default)).Id);
        await center.DoAsync("vms/a/unregister", "");

        var refused = await center.Http.DeleteAsync($"/api/v1/keys/kms1/{made}");

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var problem = (await refused.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!;
        Assert.Contains("used by a, which left the inventory", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_is_no_key_of_ours_is_refused_with_its_reason_and_other_VMs_of_its_provider_go_on()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("x", TestCenter.EncryptionPolicy);
        await center.CreateAsync("plain");
        center.Broker.Keys["odd"] = Kcv;
        center.Broker.Odd["odd"] = KeyReasons.NotAKey;
        var records = (await center.RecordsAsync()).Select(r => (r.ObjectId, r.KeyId, r.State)).Order().ToList();
        var (delivered, started) = (center.Host.Delivered.Count, center.Host.Started.Count);
        string key = $$"""
            "policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"provider":"kms1","keyId":"odd"}]
            """;

        foreach (var (path, body) in new[]
        {
            ("vms", $$"""{"name":"b","disks":[{"capacity":1048576}],{{key}}}"""), ("vms/plain/policy", $$"""{{{key}}}"""),
        })
        {
            var refused = await center.RefusedAsync(path, body);
            Assert.Contains("no AES-256 key", refused.Detail, StringComparison.Ordinal);
            Assert.Contains("Name a symmetric AES key of 256 bits", refused.Hint, StringComparison.Ordinal);
        }

        Assert.Equal(records, (await center.RecordsAsync()).Select(r => (r.ObjectId, r.KeyId, r.State)).Order());
        Assert.Equal((delivered, started), (center.Host.Delivered.Count, center.Host.Started.Count));
        Assert.Equal(2, await center.Store.ReadAsync(db => db.Raw.Vms.CountAsync()));
        Assert.Equal(0, await center.Store.ReadAsync(db => db.Raw.Keys.CountAsync(k => k.KeyId == "odd")));
        Assert.Empty(await center.Service<TaskStore>().UnfinishedAsync(default));
        Assert.Equal("succeeded", (await center.DoAsync("vms/x/power", """{"action":"on"}""")).State);
        Assert.Equal("succeeded", (await center.DoAsync(
            "vms/plain/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""")).State);
    }

    private static async Task<string> MakeAsync(TestCenter center)
    {
        var reply = await center.PostAsync("keys", """{"provider":"kms1"}""");
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.KeyInfoModel))!.Id;
    }

    private static CreateVmBody Body(string name, string keyId, string? host = null) => new()
    {
        Name = name, Host = host, Policy = TestCenter.EncryptionPolicy, Disks = [new CreateDiskBody(1 << 20)],
        Keys = [new KeySpecBody(null, "kms1", keyId)],
    };

    private static Task RecordAsync(TestCenter center, string vm) => center.Store.WriteAsync(db =>
    {
        db.Raw.KeyRecords.Add(new KeyRecordRow
        {
            ObjectId = vm, Kind = "vm", VmId = vm, Provider = "kms1", KeyId = "shared", Kcv = Kcv, State = KeyRecordStates.Usable,
            TaskId = "",
        });
        return Task.CompletedTask;
    });

    private static Task ForgetAsync(TestCenter center) =>
        center.Store.WriteAsync(db => db.Raw.KeyRecords.Where(r => r.KeyId == "shared").ExecuteDeleteAsync());
}
