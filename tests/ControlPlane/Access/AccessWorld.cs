using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>
/// People and a small inventory over a real database.
/// <code>
/// root ─ datacenter-1 ┬ cluster-1 ─ host h1
///                     ├ folder dev ┬ VM web1
///                     │            └ folder deep ─ VM web2
///                     └ folder prod ─ VM db1
/// </code>
/// </summary>
internal sealed class AccessWorld : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    public static readonly Caller Root = new(SignInService.Administrator);

    private readonly string _folder;

    private AccessWorld(CenterStore store, string folder)
    {
        _folder = folder;
        Store = store;
        Events = new EventLog(store, Time);
        Refusals = new RefusalLog(Events, Time, NullLogger<RefusalLog>.Instance);
        var audit = new RefusalAudit(Refusals);
        Authorizer = new PermissionAuthorizer(store, audit, Time);
        SignIn = new SignInService(store, new SignInThrottle(Time), Events, Time);
        var tasks = TaskStore = new TaskStore(store, new TaskSignals(), new TaskBeginCheck(audit, Time), Time);
        var guard = new EscalationGuard(tasks, audit, Time);
        Users = new UserService(store, guard, tasks, SignIn, Authorizer, Events, Time);
        Groups = new GroupService(store, guard, Authorizer, Events, Time);
        Roles = new RoleService(store, guard, Events, Time);
        Permissions = new PermissionService(store, guard, audit, Events, Time);
        Tokens = new TokenService(store, guard, tasks, Authorizer, Events, Time);
        Sessions = new SessionService(store, tasks, Authorizer, Events, Time);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public CenterStore Store { get; }

    public EventLog Events { get; }

    public RefusalLog Refusals { get; }

    public TaskStore TaskStore { get; }

    public IAuthorizer Authorizer { get; }

    public SignInService SignIn { get; }

    public UserService Users { get; }

    public GroupService Groups { get; }

    public RoleService Roles { get; }

    public PermissionService Permissions { get; }

    public TokenService Tokens { get; }

    public SessionService Sessions { get; }

    public static ObjectRef Web1 { get; } = new(ObjectKinds.Vm, "vm-web1", "web1");

    public static ObjectRef Web2 { get; } = new(ObjectKinds.Vm, "vm-web2", "web2");

    public static ObjectRef Db1 { get; } = new(ObjectKinds.Vm, "vm-db1", "db1");

    public static ObjectRef Dev { get; } = new(ObjectKinds.Folder, "folder-dev", "dev");

    public static ObjectRef Prod { get; } = new(ObjectKinds.Folder, "folder-prod", "prod");

    public static ObjectRef Host { get; } = new(ObjectKinds.Host, "host-1", "h1");

    public static async Task<AccessWorld> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lorica-center-test-").FullName;
        await TestState.MakeAsync(folder);
        var world = new AccessWorld(await CenterStore.OpenAsync(folder, default), folder);
        await world.Store.WriteAsync(db =>
        {
            db.Raw.Containers.AddRange(
                Folder(Dev, InventoryIds.FirstDatacenter),
                Folder(new ObjectRef(ObjectKinds.Folder, "folder-deep", "deep"), Dev.Id),
                Folder(Prod, InventoryIds.FirstDatacenter));
            db.Raw.Vms.AddRange(Vm(Web1, Dev.Id), Vm(Web2, "folder-deep"), Vm(Db1, Prod.Id));
            db.Raw.Hosts.Add(new HostRow { Id = Host.Id, Name = Host.Name, Address = "", Pin = "", State = "" });
            return Task.CompletedTask;
        });
        return world;
    }

    public async Task<Caller> UserAsync(string name, string? role = null, string at = "root", bool propagate = true)
    {
        await Users.AddAsync(Root, new AddUserBody(name, Password), default);
        if (role is not null)
        {
            await GrantAsync(name, role, at, propagate);
        }

        return new Caller(name);
    }

    public Task GrantAsync(string user, string role, string at = "root", bool propagate = true) =>
        Permissions.GrantAsync(Root, new GrantBody(role, at, User: user, Propagate: propagate), default);

    public async Task GroupAsync(string name, string? role = null, string at = "root", params string[] members)
    {
        await Groups.AddAsync(Root, new AddGroupBody(name), default);
        foreach (string member in members)
        {
            await Groups.AddMemberAsync(Root, name, member, default);
        }

        if (role is not null)
        {
            await Permissions.GrantAsync(Root, new GrantBody(role, at, Group: name), default);
        }
    }

    /// <summary>A role that holds exactly these, and what every role holds.</summary>
    public async Task RoleAsync(string name, params string[] privileges)
    {
        await Roles.CloneAsync(Root, "ReadOnly", new CloneRoleBody(name), default);
        await Roles.SetAsync(Root, name, new SetRoleBody(Privileges: privileges), default);
    }

    public Task<bool> HoldsAsync(Caller caller, string privilege, ObjectRef target) =>
        Authorizer.HoldsAsync(caller, privilege, target, default);

    public static async Task<Fault> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<FaultException>(act)).Fault;

    /// <summary>Refused because a privilege is missing at an object; returns that privilege.</summary>
    public static async Task<string> NoPermissionAsync(string target, Func<Task> act)
    {
        var fault = await RefusedAsync(act);
        Assert.Equal(FaultTypes.NoPermission, fault.Type);
        Assert.Equal(target, fault.Object);
        return fault.Key;
    }

    public async ValueTask DisposeAsync()
    {
        // It is written beside the answer.
        await SignIn.Noted;
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static ContainerRow Folder(ObjectRef folder, string parent) =>
        new() { Id = folder.Id, Kind = folder.Kind, Name = folder.Name, ParentId = parent };

    private static VmRow Vm(ObjectRef vm, string parent) => new()
    {
        Id = vm.Id, Name = vm.Name, HostId = Host.Id, Datastore = "ds", State = VmStates.Present, ParentId = parent,
    };
}
