using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Queries;

namespace Lorica.Store;

/// <summary>
/// One look at the center's database, or one transaction on it: queries by resource. It lives as long as the call of
/// <see cref="CenterStore"/> that gave it; rows that it answers in a transaction are tracked, and saved when that ends.
/// </summary>
public sealed class CenterDb
{
    internal CenterDb(CenterContext context) => Raw = context;

    /// <summary>VMs.</summary>
    public VmRows Vms => field ??= new(Raw);

    /// <summary>VMs that were unregistered.</summary>
    public KnownVmRows KnownVms => field ??= new(Raw);

    /// <summary>Hosts, and those of the configuration as they were last taken over.</summary>
    public HostRows Hosts => field ??= new(Raw);

    /// <summary>Root, datacenters, clusters, folders.</summary>
    public ContainerRows Containers => field ??= new(Raw);

    /// <summary>Datastores, as hosts see them too, and their tags.</summary>
    public DatastoreRows Datastores => field ??= new(Raw);

    /// <summary>Storage policies that somebody made.</summary>
    public PolicyRows Policies => field ??= new(Raw);

    /// <summary>Which object has which storage policy.</summary>
    public PolicyAssociationRows PolicyAssociations => field ??= new(Raw);

    /// <summary>VMs of policies that are applied to many.</summary>
    public PolicyBatchRows PolicyBatches => field ??= new(Raw);

    /// <summary>Settings of the center; VMs in which KMSs run.</summary>
    public SettingRows Settings => field ??= new(Raw);

    /// <summary>What outages of keys have led to.</summary>
    public OutageRows Outages => field ??= new(Raw);

    /// <summary>Key records.</summary>
    public KeyRecordRows KeyRecords => field ??= new(Raw);

    /// <summary>Keys made ahead, removed by force, or checked; daily checks.</summary>
    public KeyRows Keys => field ??= new(Raw);

    /// <summary>Key providers.</summary>
    public ProviderRows Providers => field ??= new(Raw);

    /// <summary>Tasks.</summary>
    public TaskRows Tasks => field ??= new(Raw);

    /// <summary>Revisions of what people edit.</summary>
    public RevisionRows Revisions => field ??= new(Raw);

    /// <summary>What changed last.</summary>
    public ChangeRows Changes => field ??= new(Raw);

    /// <summary>Audit events and the head of their chain.</summary>
    public EventRows Events => field ??= new(Raw);

    /// <summary>Alarms.</summary>
    public AlarmRows Alarms => field ??= new(Raw);

    /// <summary>Users.</summary>
    public UserRows Users => field ??= new(Raw);

    /// <summary>Sessions.</summary>
    public SessionRows Sessions => field ??= new(Raw);

    /// <summary>API tokens.</summary>
    public TokenRows Tokens => field ??= new(Raw);

    /// <summary>Groups and who is in them.</summary>
    public GroupRows Groups => field ??= new(Raw);

    /// <summary>Roles that somebody made, and what they hold.</summary>
    public RoleRows Roles => field ??= new(Raw);

    /// <summary>Permissions.</summary>
    public PermissionRows Permissions => field ??= new(Raw);

    /// <summary>Creations that may be repeated.</summary>
    public IdempotencyRows Idempotency => field ??= new(Raw);

    /// <summary>
    /// On whose behalf this unit of work is, for the events in it; null: of <see cref="CurrentCaller"/>.
    /// </summary>
    public Caller? Caller { get; set; }

    /// <summary>The engine's context.</summary>
    internal CenterContext Raw { get; }

    /// <summary>
    /// Writes what was added, changed and removed so far in a transaction, so that queries after it see it; it is durable when
    /// the transaction ends.
    /// </summary>
    public Task SaveAsync(CancellationToken ct) => Raw.SaveChangesAsync(ct);
}
