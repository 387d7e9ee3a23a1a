using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Composition;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.CreateVm;
using Lorica.ControlPlane.Vms.Operations.SetPolicy;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;
using UnfinishedWork = Lorica.Contracts.Host.UnfinishedWork;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>
/// A task that a stop of the center interrupted is checked against what its caller may when it is taken up again.
/// </summary>
public sealed class ResumedTaskTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Caller Root = new(SignInService.Administrator);

    [Theory]
    [InlineData(TaskKinds.PowerOn, "VirtualMachine.Interact.PowerOn")]
    [InlineData(TaskKinds.Delete, "VirtualMachine.Inventory.Delete")]
    [InlineData(TaskKinds.SetPolicy, "StorageProfile.View")]
    [InlineData(TaskKinds.Encrypt, "Cryptographer.Encrypt")]
    public async Task A_permission_that_was_withdrawn_ends_the_task_before_it_did_anything(string kind, string privilege)
    {
        await using var center = await StartAsync();
        await center.Service<PermissionService>().GrantAsync(Root, new GrantBody("Admin", "root", User: "bob"), None);
        var task = await InterruptedAsync(center, kind, new Caller("bob"));
        var role = await center.Service<RoleService>().CloneAsync(Root, "Admin", new CloneRoleBody("less"), None);
        await center.Service<RoleService>().SetAsync(Root, role.Name, new SetRoleBody(Remove: [privilege]), None);
        await center.Service<PermissionService>().GrantAsync(Root, new GrantBody("less", "root", User: "bob"), None);

        await center.RestartAsync();

        var ended = await center.EndAsync(task.Id);
        Assert.Equal(("failed", FaultTypes.NoPermission, privilege, "a"),
            (ended.State, ended.Fault!.Type, ended.Fault.Key, ended.Fault.Object));
        var vm = await center.VmAsync("a");
        Assert.Equal((false, "poweredOff"), (vm.Encrypted, vm.PowerState));
        Assert.Empty(center.Host.Started);
        Assert.Empty(center.Broker.Keys);
        Assert.Single(await center.EventsAsync(EventIds.AccessRefused));
    }

    [Fact]
    public async Task A_user_who_was_removed_ends_it()
    {
        await using var center = await StartAsync();
        await center.Service<PermissionService>().GrantAsync(Root, new GrantBody("Admin", "root", User: "bob"), None);
        var task = await InterruptedAsync(center, TaskKinds.Delete, new Caller("bob"));
        await center.Service<UserService>().RemoveAsync(Root, "bob", None);
        await center.RestartAsync();
        Assert.Equal(FaultTypes.NoPermission, (await center.EndAsync(task.Id)).Fault?.Type);
        await center.VmAsync("a");
    }

    [Fact]
    public async Task A_token_that_was_revoked_ends_it_although_its_owner_may()
    {
        await using var center = await StartAsync();
        var made = await center.Service<TokenService>().CreateAsync(Root, new CreateTokenBody(), None);
        var caller = await center.Service<SignInService>().AuthenticateAsync(made.Secret, None);
        var task = await InterruptedAsync(center, TaskKinds.Delete, caller);
        await center.Service<TokenService>().RevokeAsync(Root, made.Token.Id, None);
        await center.RestartAsync();
        Assert.Equal(FaultTypes.NoPermission, (await center.EndAsync(task.Id)).Fault?.Type);
        await center.VmAsync("a");
    }

    [Fact]
    public async Task Who_still_may_has_his_task_finished_although_his_session_has_ended()
    {
        await using var center = await StartAsync();
        var task = await InterruptedAsync(center, TaskKinds.Encrypt, Root);
        await center.Store.WriteAsync(db => db.Raw.Sessions.ExecuteDeleteAsync());
        await center.RestartAsync();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.True((await center.VmAsync("a")).Encrypted);
    }

    [Fact]
    public async Task An_encryption_whose_files_are_in_transition_is_finished_and_the_audit_says_so()
    {
        await using var center = await StartAsync();
        await center.Service<PermissionService>().GrantAsync(Root, new GrantBody("Admin", "root", User: "bob"), None);
        var task = await InterruptedAsync(center, TaskKinds.Encrypt, new Caller("bob"));
        await center.Service<PermissionService>().RevokeAsync(Root, "bob", null, "root", None);
        center.Host.Vms.Values.Single().PendingJob = UnfinishedWork.Encrypt;

        await center.RestartAsync();

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        var told = Assert.Single(await center.EventsAsync(EventIds.AccessRefused));
        Assert.Contains("goes on although bob", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_creation_is_asked_for_at_the_folder_again_where_it_was_asked_for_when_it_began()
    {
        await using var center = await StartAsync();
        var permissions = center.Service<PermissionService>();
        await permissions.GrantAsync(Root, new GrantBody("Admin", "datacenter:Datacenter", User: "bob", Propagate: false), None);
        var (begun, _) = await center.Service<VmCreation>().BeginAsync(
            center.Service<CreateVmWork>().Info, new Caller("bob"),
            new NewVm { Name = "b", Disks = [new NewDisk(1 << 20)] }, None);
        await center.RestartAsync();
        Assert.Equal("succeeded", (await center.EndAsync(begun.Task.Id)).State);
    }

    [Fact]
    public async Task A_task_that_was_begun_and_handed_over_to_nobody_is_taken_up_without_a_restart()
    {
        await using var center = await StartAsync();
        var task = await InterruptedAsync(center, TaskKinds.Encrypt, Root);
        var sweep = center.Service<TaskSweep>();
        await sweep.RunAsync(None);
        Assert.Empty(center.Host.Started);
        await sweep.RunAsync(None);
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
    }

    [Fact]
    public async Task Every_kind_of_task_on_a_VM_has_its_privileges()
    {
        await using var center = await TestCenter.StartAsync();
        var works = center.Service<OperationRegistry>().Works;
        Assert.All(works, w => Assert.NotEmpty(w.Info.Privileges));
        Assert.All(works, w => Assert.Subset(Privileges.All.ToHashSet(), w.Info.Privileges.ToHashSet()));
    }

    private static async Task<TestCenter> StartAsync()
    {
        var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.Service<UserService>().AddAsync(Root, new AddUserBody("bob", TestCenter.Password), None);
        return center;
    }

    /// <summary>A task as a center leaves it that was killed right after it wrote it.</summary>
    private static async Task<TaskRow> InterruptedAsync(TestCenter center, string kind, Caller caller)
    {
        var vm = await center.Store.ReadAsync(db => db.Raw.Vms.SingleAsync());
        string[] objects = [vm.Id, .. (await center.VmAsync("a")).Disks.Select(_ => center.Host.Vms[vm.Id].Disks[0].ObjectId)];
        var arguments = new VmTaskArguments
        {
            PolicyId = ControlPlane.Policies.PolicyCatalog.Encryption.Id, Objects = objects, PolicyObjects = objects,
            Provider = "kms1",
            Request = RequestJson.Write(kind == TaskKinds.SetPolicy
                ? new SetPolicyRequest { Policy = TestCenter.EncryptionPolicy }
                : new CryptoJob(Home: true, [center.Host.Vms[vm.Id].Disks[0].Label], Force: false)),
        };
        return await center.Service<TaskStore>().BeginAsync(kind, vm, caller, TaskNeeds.None, arguments, null, None);
    }
}
