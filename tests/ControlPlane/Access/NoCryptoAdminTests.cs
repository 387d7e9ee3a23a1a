using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.HostAdministration;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.PolicyBatches;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;
using DiskFormat = Lorica.Contracts.Host.DiskFormat;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>
/// Mallory is NoCryptoAdmin at the root of a whole center and tries each operation that would bring her to the content of
/// <c>enc</c>, which is encrypted under a strict policy, or to its keys. None begins.
/// </summary>
public sealed class NoCryptoAdminTests : IAsyncLifetime
{
    private const string Loose = "loose";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Caller Mallory = new("mallory");

    private TestCenter _center = null!;

    private VmFace Life => _center.Vms;

    private VmFace Vms => _center.Vms;

    public async ValueTask InitializeAsync()
    {
        _center = await TestCenter.StartAsync();
        Assert.Equal("succeeded", (await _center.CreateAsync("enc", TestCenter.EncryptionPolicy)).State);
        await _center.Service<UserService>()
            .AddAsync(People.Administrator, new AddUserBody(Mallory.User, TestCenter.Password), None);
        await GrantAsync("NoCryptoAdmin", "root");
        await _center.Service<PolicyService>().CreateAsync(
            People.Administrator, new CreatePolicyBody { Name = Loose, Encryption = true, Strict = false }, None);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(await _center.Store.ReadAsync(
            db => db.Raw.Tasks.Where(t => t.UserName == Mallory.User && t.State == "succeeded").Select(t => t.Kind)
                .ToListAsync()));
        await _center.DisposeAsync();
    }

    [Fact]
    public async Task Registering_an_encrypted_VM()
    {
        await _center.DoAsync("vms/enc/unregister", "");
        Assert.Equal(
            Privileges.CryptoRegisterVm, await RefusedAsync("Datacenter", () => RegisterAsync(older: false, changed: false)));
    }

    [Fact]
    public async Task Registering_older_or_changed_files_with_the_privilege_to_register_only()
    {
        await _center.DoAsync("vms/enc/unregister", "");
        await GrantAsync("NoCryptoAdmin", "datacenter:Datacenter", Privileges.CryptoRegisterVm);
        Assert.Equal(Privileges.Decrypt, await RefusedAsync("Datacenter", () => RegisterAsync(older: true, changed: false)));
        Assert.Equal(Privileges.CryptoAccess, await RefusedAsync("Datacenter", () => RegisterAsync(older: false, changed: true)));
    }

    [Fact]
    public async Task Attaching_an_encrypted_disk_or_a_plain_one_to_an_encrypted_VM()
    {
        await _center.DoAsync("vms/enc/disks", """{"capacity":1048576}""");
        string disk = (await _center.VmAsync("enc")).Disks[1].Path;
        await _center.DoAsync("vms/enc/disks/virtio0:1/detach", "");
        Assert.Equal(Privileges.CryptoAddDisk, await RefusedAsync(
            "enc", () => Life.AttachDiskAsync(
                Mallory, "enc", new AttachDiskBody { Path = disk, Policy = TestCenter.EncryptionPolicy }, None)));
        _center.Host.Detached["[ds1] x/x.vmdk"] = new DiskDescription
        {
            Capacity = 1 << 20, Links = { new LinkDescription { Path = "[ds1] x/x.vmdk", Provisioning = DiskFormat.Thin } },
        };
        await GrantAsync("NoCryptoAdmin", "vm:enc", Privileges.CryptoAddDisk);
        Assert.Equal(Privileges.CryptoAccess, await RefusedAsync(
            "enc", () => Life.AttachDiskAsync(Mallory, "enc", new AttachDiskBody { Path = "[ds1] x/x.vmdk" }, None)));
    }

    [Fact]
    public async Task Cloning_migrating_and_relocating_an_encrypted_VM()
    {
        Assert.Equal(Privileges.CryptoClone,
            await RefusedAsync("enc", () => Vms.CloneAsync(Mallory, "enc", new CloneVmBody("mine"), None)));
        Assert.Equal(Privileges.CryptoMigrate,
            await RefusedAsync("enc", () => Life.MigrateAsync(Mallory, "enc", new MigrateVmBody("h1"), None)));
        Assert.Equal(Privileges.CryptoMigrate,
            await RefusedAsync("enc", () => Vms.RelocateAsync(Mallory, "enc", new RelocateVmBody("ds1"), None)));
    }

    [Fact]
    public async Task Adding_a_host_of_her_own_or_having_one_looked_at()
    {
        var hosts = _center.Service<HostService>();
        var body = new AddHostBody("127.0.0.1:1", new string('a', 26), new string('a', 64));
        Assert.Equal(Privileges.AddHostToCluster, await RefusedAsync("Cluster", () => hosts.AddAsync(Mallory, body, None)));
        Assert.Equal(Privileges.AddStandaloneHost,
            await RefusedAsync("Datacenter", () => hosts.AddAsync(Mallory, body with { Cluster = "Datacenter" }, None)));
        Assert.Equal(Privileges.AddHostToCluster,
            await RefusedAsync("Cluster", () => hosts.ProbeAsync(Mallory, new ProbeHostBody("127.0.0.1:1"), None)));
    }

    [Fact]
    public async Task Putting_a_host_into_encryption_mode_or_out_of_it()
    {
        foreach (string action in (string[])["prepare", "enable", "rotate", "disable"])
        {
            Assert.Equal(Privileges.RegisterHost,
                await RefusedAsync("h1", () => _center.Service<HostService>().CryptoAsync(Mallory, "h1", action, None)));
        }
    }

    [Fact]
    public async Task Making_and_removing_keys()
    {
        var keys = _center.Service<KeyService>();
        var key = (await _center.VmAsync("enc")).Key!;
        Assert.Equal(Privileges.ManageKeys,
            await RefusedAsync("root", () => keys.GenerateAsync(Mallory, new GenerateKeyBody("kms1"), None)));
        Assert.Equal(Privileges.ManageKeys,
            await RefusedAsync("root", () => keys.RemoveAsync(Mallory, "kms1", key.Id, force: true, None)));
        Assert.Equal(Privileges.ManageKeys, await RefusedAsync("root", () => keys.RestoreAsync(Mallory, "kms1", key.Id, None)));
    }

    [Fact]
    public async Task Adding_changing_and_removing_a_key_provider()
    {
        var providers = _center.Service<ProviderService>();
        Assert.Equal(Privileges.ManageKeyServers,
            await RefusedAsync("root", () => providers.AddAsync(Mallory, new AddProviderBody("mine", [], ""), None)));
        Assert.Equal(Privileges.ManageKeyServers,
            await RefusedAsync("root", () => providers.RemoveAsync(Mallory, "kms1", force: true, None)));
        Assert.Equal(Privileges.ManageKeyServers,
            await RefusedAsync("root", () => providers.ChangeAsync(Mallory, "kms1", new EditProviderBody(), None)));
        Assert.Equal(Privileges.ManageKeyServers,
            await RefusedAsync("root", () => providers.InstallCertificateAsync(Mallory, "kms1", new PemBody(""), false, None)));
        Assert.Equal(Privileges.ManageKeyServers,
            await RefusedAsync("root", () => providers.RenewAsync(Mallory, "kms1", new RenewIdentityBody(Force: true), None)));
        Assert.Equal(Privileges.ManageKeyServers,
            await RefusedAsync("root", () => providers.RestoreAsync(Mallory, "kms1", force: true, None)));
    }

    [Fact]
    public async Task Taking_a_VM_or_the_folder_around_it_to_where_she_has_more()
    {
        var tree = _center.Service<InventoryService>();
        await tree.CreateAsync(People.Administrator, new CreateContainerBody(ObjectKinds.Folder, "kept"), None);
        await tree.CreateAsync(People.Administrator, new CreateContainerBody(ObjectKinds.Folder, "inner", "kept"), None);
        await tree.CreateAsync(People.Administrator, new CreateContainerBody(ObjectKinds.Folder, "hers"), None);
        await Life.MoveAsync(People.Administrator, "enc", new MoveVmBody("inner"), None);
        await GrantAsync("Admin", "folder:hers");

        Assert.True(Privileges.IsCrypto(
            await RefusedAsync("enc", () => Life.MoveAsync(Mallory, "enc", new MoveVmBody("hers"), None))));
        Assert.True(Privileges.IsCrypto(await RefusedAsync("inner", () => tree.MoveAsync(Mallory, "inner", "hers", None))));
        Assert.True(Privileges.IsCrypto(await RefusedAsync("kept", () => tree.MoveAsync(Mallory, "kept", "hers", None))));

        // Nor when she holds all at the folder itself already, and less at what is in it.
        await GrantAsync("Admin", "folder:inner", propagate: false);
        Assert.True(Privileges.IsCrypto(await RefusedAsync("inner", () => tree.MoveAsync(Mallory, "inner", "hers", None))));
        Assert.Equal("inner", (await _center.VmAsync("enc")).Folder);
        await tree.MoveAsync(People.Administrator, "kept", "hers", None);
    }

    [Fact]
    public async Task Taking_a_host_to_a_cluster_where_she_may_put_hosts_into_encryption_mode()
    {
        await _center.Service<InventoryService>()
            .CreateAsync(People.Administrator, new CreateContainerBody(ObjectKinds.Cluster, "hers"), None);
        await GrantAsync("Admin", "cluster:hers");
        Assert.True(Privileges.IsCrypto(
            await RefusedAsync("h1", () => _center.Service<HostService>().MoveAsync(Mallory, "h1", "hers", None))));
    }

    [Fact]
    public async Task A_policy_that_is_not_strict_for_an_encrypted_VM_that_is()
    {
        await GrantAsync("NoCryptoAdmin", "vm:enc", Privileges.Encrypt, Privileges.CryptoClone);
        await GrantAsync("NoCryptoAdmin", "datacenter:Datacenter", Privileges.EncryptNew);
        Assert.Equal(Privileges.CryptoAccess,
            await RefusedAsync("enc", () => Vms.SetPolicyAsync(Mallory, "enc", new SetPolicyBody(Loose), None)));
        Assert.Equal(Privileges.CryptoAccess,
            await RefusedAsync("enc", () => Vms.CheckPolicyAsync(Mallory, "enc", new SetPolicyBody(Loose), None)));
        Assert.Equal(Privileges.CryptoAccess,
            await RefusedAsync("enc", () => Vms.CloneAsync(Mallory, "enc", new CloneVmBody("mine", Policy: Loose), None)));

        // Not to many at once either.
        var task = await _center.Service<PolicyApplier>().BeginAsync(Mallory, Loose, new ApplyPolicyBody { Vms = ["enc"] }, None);
        await _center.EndAsync(task.Id);
        var report = await _center.Service<PolicyApplier>().ReportAsync(Mallory, task.Id, None);
        Assert.Equal(Privileges.CryptoAccess, Assert.Single(report.Items).Fault!.Key);
        Assert.True(await StrictAsync());

        // Who has direct access may.
        Assert.Equal("succeeded", (await _center.SetPolicyAsync("enc", Loose)).State);
        Assert.False(await StrictAsync());
    }

    [Fact]
    public async Task The_outage_rule_and_the_strictness_of_an_encryption_policy()
    {
        var policies = _center.Service<PolicyService>();
        await policies.CreateAsync(People.Administrator,
            new CreatePolicyBody { Name = "guarded", Encryption = true, OutageAction = "suspend", OutageAfterSeconds = 60 },
            None);
        foreach (var edit in (EditPolicyBody[])[new(OutageAction: "keepRunning", OutageAfterSeconds: 0),
            new(OutageAfterSeconds: 90000), new(Strict: false), new(Encryption: false)])
        {
            Assert.Equal(Privileges.ManageEncryptionPolicy,
                await RefusedAsync("root", () => policies.EditAsync(Mallory, "guarded", edit, None)));
        }
    }

    private Task RegisterAsync(bool older, bool changed) =>
        Life.RegisterAsync(
            Mallory, new RegisterVmBody { Path = "[ds1] enc/enc.vmx", AcceptOlder = older, AcceptChanged = changed }, None);

    /// <summary>Gives her a role at an object, with these privileges beside it.</summary>
    private Task GrantAsync(string role, string at, params string[] more) => GrantAsync(role, at, propagate: true, more);

    private async Task GrantAsync(string role, string at, bool propagate, params string[] more)
    {
        if (more.Length > 0)
        {
            string name = $"{role}-{Guid.NewGuid():N}";
            await _center.Service<RoleService>().CloneAsync(People.Administrator, role, new CloneRoleBody(name), None);
            await _center.Service<RoleService>().SetAsync(People.Administrator, name, new SetRoleBody(Add: more), None);
            role = name;
        }

        await _center.Service<PermissionService>()
            .GrantAsync(People.Administrator, new GrantBody(role, at, User: Mallory.User, Propagate: propagate), None);
    }

    private async Task<bool> StrictAsync() => await _center.Service<StrictRules>().NeedsDirectAccessAsync(
        StrictOperation.BootOrder, (await _center.Store.ReadAsync(db => db.Raw.Vms.SingleAsync(v => v.Name == "enc"))).Id, None);

    private static Task<string> RefusedAsync(string target, Func<Task> act) => AccessWorld.NoPermissionAsync(target, act);
}
