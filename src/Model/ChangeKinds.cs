namespace Lorica.Model;

/// <summary>
/// Kinds of what changes, beside those of <see cref="ObjectKinds"/>: the ids of VMs, hosts, containers, datastores, policies and
/// tasks, <c>provider</c> by name, <c>key</c> as provider/id. <c>principal</c> and an empty id: people and what they may;
/// <c>datastore</c> and an empty id: tags.
/// </summary>
public static class ChangeKinds
{
    /// <summary>A task, by id.</summary>
    public const string Task = "task";

    /// <summary>An alarm, by number.</summary>
    public const string Alarm = "alarm";

    /// <summary>The log of events has more; no id.</summary>
    public const string Event = "event";
}
