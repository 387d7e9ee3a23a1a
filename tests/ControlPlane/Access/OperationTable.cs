using System.IO.Pipelines;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Compliance;
using Lorica.ControlPlane.History;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.PolicyBatches;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.ResetVm;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store.Queries;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>
/// The table of privileges: every operation, what it needs, and where. A new operation gets a row here, or
/// <see cref="PrivilegeMatrixTests"/> fails. VMs: <c>plain</c>, <c>enc</c> (encrypted), <c>doomed</c>.
/// </summary>
internal static partial class OperationTable
{
    /// <summary>A task of somebody else on <c>plain</c>, ended.</summary>
    public const string OldTask = "00000000-0000-4000-8000-000000000001";

    /// <summary>An alarm of <c>plain</c>.</summary>
    public const long OldAlarm = 900;

    /// <summary>Files of an encrypted VM that is not registered.</summary>
    public const string ForeignPath = "[ds1] foreign/foreign.vmx";

    private const string Root = "root";
    private const string Datacenter = "Datacenter";
    private const string Cluster = "Cluster";
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>
    /// Classes whose methods are steps of operations, not operations: whoever calls them has asked already, or they ask.
    /// </summary>
    public static readonly Type[] Steps =
    [
        typeof(PermissionAuthorizer), typeof(StrictRules), typeof(MoveRules), typeof(OperationRunner),
        typeof(TaskStore), typeof(HostCrypto), typeof(CurrentCaller), typeof(EventLog), typeof(RefusalLog),
    ];

    public static readonly OperationRow[] Rows =
    [
        .. LifeRows(),
        .. TreeRows(),

        // VMs
        new("VmService.CreateAsync", Datacenter, [Privileges.CreateVm, Privileges.AllocateSpace],
            (c, who) => Vms(c).CreateAsync(who, Taken(null), None)),
        new("VmService.CreateAsync", Datacenter, [Privileges.CreateVm, Privileges.EncryptNew, Privileges.AllocateSpace],
            (c, who) => Vms(c).CreateAsync(who, Taken(TestCenter.EncryptionPolicy), None)),
        new("VmService.ImportAsync", Datacenter, [Privileges.CreateVm, Privileges.AllocateSpace],
            (c, who) => Vms(c).ImportAsync(who, PipeReader.Create(OfOneVm()), _ => Taken(null), None)),
        new(TaskKinds.SetPolicy, "plain", [Privileges.StoragePolicy, Privileges.Encrypt],
            (c, who) => Vms(c).SetPolicyAsync(who, "plain", Policy(TestCenter.EncryptionPolicy), None)),
        new(TaskKinds.SetPolicy, "enc", [Privileges.StoragePolicy, Privileges.Decrypt],
            (c, who) => Vms(c).SetPolicyAsync(who, "enc", Policy(TestCenter.DefaultPolicy), None)),
        new("VmService.CheckPolicyAsync", "plain", [Privileges.StoragePolicy, Privileges.Encrypt],
            (c, who) => Vms(c).CheckPolicyAsync(who, "plain", Policy(TestCenter.EncryptionPolicy), None)),
        new("VmService.CheckPolicyAsync", "enc", [Privileges.StoragePolicy, Privileges.Decrypt],
            (c, who) => Vms(c).CheckPolicyAsync(who, "enc", Policy(TestCenter.DefaultPolicy), None)),
        new(TaskKinds.Recrypt, "enc", [Privileges.Recrypt],
            (c, who) => Vms(c).RecryptAsync(who, "enc", new RecryptBody("shallow", Disks: ["none"]), None)),
        new(TaskKinds.Reset, "plain", [Privileges.Reset],
            (c, who) => Vms(c).BeginAsync(who, "plain", new ResetVmRequest(), None)),
        new(TaskKinds.PowerOn, "enc", [Privileges.PowerOn],
            (c, who) => Vms(c).PowerAsync(who, "enc", new PowerBody("on"), None)),
        new(TaskKinds.PowerOn, "enc", [Privileges.PowerOn, Privileges.HostConnection],
            (c, who) => Vms(c).PowerAsync(who, "enc", new PowerBody("on", Fenced: true), None))
        { Elsewhere = new Dictionary<string, string> { [Privileges.HostConnection] = "h1" } },
        new(TaskKinds.PowerOff, "plain", [Privileges.PowerOff],
            (c, who) => Vms(c).PowerAsync(who, "plain", new PowerBody("off"), None)),
        new("VmConsole.ReadAsync", "plain", [Privileges.Console], ReadConsole("plain")),
        new("VmConsole.ReadAsync", "enc", [Privileges.Console, Privileges.CryptoAccess], ReadConsole("enc")),
        new("VmConsole.RequireAsync", "enc", [Privileges.Console, Privileges.CryptoAccess],
            (c, who) => Vms(c).RequireConsoleAsync(who, "enc", None)),
        new("VmConsole.WriteAsync", "plain", [Privileges.Console],
            (c, who) => Vms(c).WriteConsoleAsync(who, "plain", default, None)),
        new("VmConsole.WriteAsync", "enc", [Privileges.Console, Privileges.CryptoAccess],
            (c, who) => Vms(c).WriteConsoleAsync(who, "enc", default, None)),
        new(TaskKinds.Delete, "doomed", [Privileges.DeleteVm], (c, who) => Vms(c).DeleteAsync(who, "doomed", None)),
        new("VmQueries.GetAsync", "plain", [Privileges.View], (c, who) => c.Service<VmQueries>().GetAsync(who, "plain", None)),
        new("VmQueries.ListAsync", Root, [], (c, who) => c.Service<VmQueries>().ListAsync(who, None)),

        // Hosts
        new("HostDirectory.GetAsync", "h1", [Privileges.View], (c, who) => c.Service<HostDirectory>().GetAsync(who, "h1", None)),
        new("HostDirectory.ListAsync", Root, [], (c, who) => c.Service<HostDirectory>().ListAsync(who, None)),

        // Key providers
        new("ProviderService.ProbeAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => Providers(c).ProbeAsync(who, new ProbeBody("", 0), None)),
        new("ProviderService.AddAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => Providers(c).AddAsync(who, new AddProviderBody("", [], ""), None)),
        new("ProviderService.RemoveAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => Providers(c).RemoveAsync(who, "none", false, None)),
        new("ProviderService.ListAsync", Root, [Privileges.ReadKeyServersInfo], (c, who) => Providers(c).ListAsync(who, None)),
        new("ProviderService.GetAsync", Root, [Privileges.ReadKeyServersInfo],
            (c, who) => Providers(c).GetAsync(who, "none", None)),
        new("ProviderService.StatusAsync", Root, [Privileges.ReadKeyServersInfo],
            (c, who) => Providers(c).StatusAsync(who, "none", None)),
        new("ProviderService.BrokerAsync", Root, [Privileges.ReadKeyServersInfo],
            (c, who) => Providers(c).BrokerAsync(who, None)),
        new("ProviderService.ChangeAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => Providers(c).ChangeAsync(who, "none", new EditProviderBody(), None)),
        new("ProviderService.RequestCertificateAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => Providers(c).RequestCertificateAsync(who, "none", false, None)),
        new("ProviderService.InstallCertificateAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => Providers(c).InstallCertificateAsync(who, "none", new PemBody(""), false, None)),
        new("ProviderService.IdentityAsync", Root, [Privileges.ReadKeyServersInfo],
            (c, who) => Providers(c).IdentityAsync(who, "none", None)),
        new("ProviderService.RenewAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => Providers(c).RenewAsync(who, "none", new RenewIdentityBody(), None)),
        new("ProviderService.RestoreAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => Providers(c).RestoreAsync(who, "none", false, None)),
        new("KeyService.ListAsync", Root, [Privileges.ReadKeyServersInfo], (c, who) => Keys(c).ListAsync(who, null, None)),
        new("KeyService.GetAsync", Root, [Privileges.ReadKeyServersInfo],
            (c, who) => Keys(c).GetAsync(who, "none", "none", None)),
        new("KeyService.StatusAsync", Root, [Privileges.ReadKeyServersInfo],
            (c, who) => Keys(c).StatusAsync(who, "none", "none", None)),
        new("KeyService.GenerateAsync", Root, [Privileges.ManageKeys],
            (c, who) => Keys(c).GenerateAsync(who, new GenerateKeyBody("none"), None)),
        new("KeyService.RemoveAsync", Root, [Privileges.ManageKeys],
            (c, who) => Keys(c).RemoveAsync(who, "none", "none", false, None)),
        new("KeyService.RestoreAsync", Root, [Privileges.ManageKeys],
            (c, who) => Keys(c).RestoreAsync(who, "none", "none", None)),
        new("KeyService.CheckAsync", Root, [Privileges.ManageKeys], (c, who) => Keys(c).CheckAsync(who, None)),

        // Storage policies
        new("PolicyService.ListAsync", Root, [Privileges.StoragePolicy], (c, who) => Policies(c).ListAsync(who, None)),
        new("PolicyService.GetAsync", Root, [Privileges.StoragePolicy],
            (c, who) => Policies(c).GetAsync(who, TestCenter.DefaultPolicy, None)),
        new("PolicyService.CreateAsync", Root, [Privileges.UpdatePolicy],
            (c, who) => Policies(c).CreateAsync(who, new CreatePolicyBody { Name = "" }, None)),
        new("PolicyService.CreateAsync", Root, [Privileges.UpdatePolicy, Privileges.ManageEncryptionPolicy],
            (c, who) => Policies(c).CreateAsync(who, new CreatePolicyBody { Name = "", Encryption = true }, None)),
        new("PolicyService.CloneAsync", Root, [Privileges.StoragePolicy, Privileges.UpdatePolicy],
            (c, who) => Policies(c).CloneAsync(who, TestCenter.DefaultPolicy, new ClonePolicyBody(""), None)),
        new("PolicyService.CloneAsync", Root,
            [Privileges.StoragePolicy, Privileges.UpdatePolicy, Privileges.ManageEncryptionPolicy], (c, who) =>
                Policies(c).CloneAsync(who, TestCenter.EncryptionPolicy, new ClonePolicyBody(""), None)),
        new("PolicyService.EditAsync", Root, [Privileges.StoragePolicy, Privileges.UpdatePolicy],
            (c, who) => Policies(c).EditAsync(who, TestCenter.DefaultPolicy, new EditPolicyBody(), None)),
        new("PolicyService.EditAsync", Root,
            [Privileges.StoragePolicy, Privileges.UpdatePolicy, Privileges.ManageEncryptionPolicy], (c, who) =>
                Policies(c).EditAsync(who, TestCenter.DefaultPolicy, new EditPolicyBody(Encryption: true), None)),
        new("PolicyService.EditAsync", Root,
            [Privileges.StoragePolicy, Privileges.UpdatePolicy, Privileges.ManageEncryptionPolicy], (c, who) =>
                Policies(c).EditAsync(who, TestCenter.EncryptionPolicy, new EditPolicyBody(Encryption: false), None)),
        new("PolicyService.DeleteAsync", Root, [Privileges.StoragePolicy, Privileges.UpdatePolicy],
            (c, who) => Policies(c).DeleteAsync(who, TestCenter.DefaultPolicy, None)),
        new("PolicyService.DeleteAsync", Root,
            [Privileges.StoragePolicy, Privileges.UpdatePolicy, Privileges.ManageEncryptionPolicy], (c, who) =>
                Policies(c).DeleteAsync(who, TestCenter.EncryptionPolicy, None)),
        new("PolicyApplier.BeginAsync", Root, [],
            (c, who) => c.Service<PolicyApplier>().BeginAsync(who, TestCenter.DefaultPolicy, new ApplyPolicyBody(), None)),
        new("PolicyApplier.ReportAsync", Root, [], (c, who) => c.Service<PolicyApplier>().ReportAsync(who, "none", None)),
        new("ComplianceService.GetAsync", "plain", [Privileges.View],
            (c, who) => c.Service<ComplianceService>().GetAsync(who, "plain", None)),
        new("ComplianceService.ListAsync", Root, [], (c, who) => c.Service<ComplianceService>().ListAsync(who, None)),
        new("PlacementService.TagsAsync", Root, [Privileges.StoragePolicy],
            (c, who) => c.Service<PlacementService>().TagsAsync(who, "none", None)),
        new("PlacementService.SetTagsAsync", Root, [Privileges.AttachTag],
            (c, who) => c.Service<PlacementService>().SetTagsAsync(who, "none", [], None)),

        // Settings
        new("CenterSettings.ListAsync", Root, [Privileges.View], (c, who) => c.Service<CenterSettings>().ListAsync(who, None)),
        new("CenterSettings.GetAsync", Root, [Privileges.View],
            (c, who) => c.Service<CenterSettings>().GetAsync(who, "none", None)),
        new("CenterSettings.SetAsync", Root, [Privileges.Settings],
            (c, who) => c.Service<CenterSettings>().SetAsync(who, "none", null, None)),
        new("CenterSettings.GuestOfAsync", Root, [Privileges.ReadKeyServersInfo],
            (c, who) => c.Service<CenterSettings>().GuestOfAsync(who, "none", None)),
        new("CenterSettings.SetGuestAsync", Root, [Privileges.ManageKeyServers],
            (c, who) => c.Service<CenterSettings>().SetGuestAsync(who, "none", null, None)),

        // Tasks, events, alarms
        new("TaskService.ListAsync", Root, [], (c, who) => c.Service<TaskService>().ListAsync(who, new TaskQuery(), None)),
        new("TaskService.GetAsync", "plain", [Privileges.View],
            (c, who) => c.Service<TaskService>().GetAsync(who, OldTask, TimeSpan.Zero, None)),
        new("TaskService.CancelAsync", "plain", [Privileges.View, Privileges.CancelTask],
            (c, who) => c.Service<TaskService>().CancelAsync(who, OldTask, None)),
        new("TaskService.WatchAsync", Root, [], (c, who) => Task.FromResult(c.Service<TaskService>().WatchAsync(who, None))),
        new("EventService.ListAsync", Root, [Privileges.ReadEvents],
            (c, who) => c.Service<EventService>().ListAsync(who, new EventQuery(), None)),
        new("EventService.ExportAsync", Root, [Privileges.ReadEvents],
            (c, who) => c.Service<EventService>().ExportAsync(who, new EventQuery(), None)),
        new("EventService.HeadAsync", Root, [Privileges.ReadEvents],
            (c, who) => c.Service<EventService>().HeadAsync(who, verify: false, None)),
        new("EventService.WatchAsync", Root, [Privileges.ReadEvents],
            (c, who) => c.Service<EventService>().WatchAsync(who, new EventQuery(), None)),
        new("AlarmService.ListAsync", Root, [],
            (c, who) => c.Service<AlarmService>().ListAsync(who, false, null, null, 10, null, None)),
        new("AlarmService.AcknowledgeAsync", "plain", [Privileges.AcknowledgeAlarm],
            (c, who) => c.Service<AlarmService>().AcknowledgeAsync(who, OldAlarm, None)),

        // People
        new("UserService.ListAsync", Root, [], (c, who) => c.Service<UserService>().ListAsync(who, None)),
        new("UserService.GetAsync", Root, [], (c, who) => c.Service<UserService>().GetAsync(who, "none", None)),
        new("UserService.AddAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<UserService>().AddAsync(who, new AddUserBody("", "a good password"), None)),
        new("UserService.RemoveAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<UserService>().RemoveAsync(who, "none", None)),
        new("UserService.SetPasswordAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<UserService>().SetPasswordAsync(who, "none", "a good password", None)),
        new("UserService.ChangeOwnPasswordAsync", Root, [],
            (c, who) => c.Service<UserService>()
                .ChangeOwnPasswordAsync(who, "wrong password", "a good password", "192.0.2.1", None)),
        new("GroupService.ListAsync", Root, [], (c, who) => c.Service<GroupService>().ListAsync(who, None)),
        new("GroupService.GetAsync", Root, [], (c, who) => c.Service<GroupService>().GetAsync(who, "none", None)),
        new("GroupService.AddAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<GroupService>().AddAsync(who, new AddGroupBody("new"), None)),
        new("GroupService.RemoveAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<GroupService>().RemoveAsync(who, "none", None)),
        new("GroupService.AddMemberAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<GroupService>().AddMemberAsync(who, "none", "none", None)),
        new("GroupService.RemoveMemberAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<GroupService>().RemoveMemberAsync(who, "none", "none", None)),
        new("RoleService.CloneAsync", Root, [Privileges.ModifyRoles],
            (c, who) => c.Service<RoleService>().CloneAsync(who, "ReadOnly", new CloneRoleBody("cloned"), None)),
        new("RoleService.SetAsync", Root, [Privileges.ModifyRoles],
            (c, who) => c.Service<RoleService>().SetAsync(who, "View", new SetRoleBody(), None)),
        new("RoleService.RemoveAsync", Root, [Privileges.ModifyRoles],
            (c, who) => c.Service<RoleService>().RemoveAsync(who, "View", None)),
        new("PermissionService.ListAsync", Root, [], (c, who) => c.Service<PermissionService>().ListAsync(who, null, None)),
        new("PermissionService.GrantAsync", "plain", [Privileges.ModifyPermissions],
            (c, who) => c.Service<PermissionService>().GrantAsync(who, new GrantBody("none", "vm:plain", User: "none"), None)),
        new("PermissionService.RevokeAsync", "plain", [Privileges.ModifyPermissions],
            (c, who) => c.Service<PermissionService>().RevokeAsync(who, "none", null, "vm:plain", None)),
        new("PermissionService.EffectiveAsync", "plain", [Privileges.ModifyPermissions],
            (c, who) => c.Service<PermissionService>().EffectiveAsync(who, "none", "vm:plain", None)),
        new("TokenService.ListAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<TokenService>().ListAsync(who, all: true, None)),
        new("TokenService.CreateAsync", Root, [],
            (c, who) => c.Service<TokenService>().CreateAsync(who, new CreateTokenBody(), None)),
        new("TokenService.RevokeAsync", Root, [Privileges.ManageUsers],
            (c, who) => c.Service<TokenService>().RevokeAsync(who, "none", None)),
        new("SessionService.ListAsync", Root, [], (c, who) => c.Service<SessionService>().ListAsync(who, None)),
        new("SessionService.EndAsync", Root, [Privileges.TerminateSession],
            (c, who) => c.Service<SessionService>().EndAsync(who, "none", None)),
    ];

    private static VmFace Vms(TestCenter center) => center.Vms;

    private static ProviderService Providers(TestCenter center) => center.Service<ProviderService>();

    private static KeyService Keys(TestCenter center) => center.Service<KeyService>();

    private static PolicyService Policies(TestCenter center) => center.Service<PolicyService>();

    /// <summary>A name that a VM has: refused after the privileges.</summary>
    private static CreateVmBody Taken(string? policy) =>
        new() { Name = "plain", Disks = [new CreateDiskBody(1 << 20)], Policy = policy };

    /// <summary>More disks than there can be: refused after the privileges.</summary>
    private static SetPolicyBody Policy(string policy) => new(policy, Disks: [.. Enumerable.Repeat("scsi0:0", 65)]);

    /// <summary>A stream of disks as far as its first frame.</summary>
    private static MemoryStream OfOneVm()
    {
        byte[] frame = new byte[DiskStream.HeaderLength];
        (frame[0], frame[4]) = (1, 2);
        return new MemoryStream([.. DiskStream.Magic, .. frame, .. "{}"u8]);
    }

    private static Func<TestCenter, Caller, Task> ReadConsole(string vm) => (center, who) =>
        Vms(center).ReadConsoleAsync(who, vm, None);
}
