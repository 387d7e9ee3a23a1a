using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Policies;
using Lorica.Model;

namespace Lorica.ControlPlane.Placement;

/// <summary>On which datastore a VM with a policy may be put, pure.</summary>
internal static class PlacementRules
{
    /// <summary>
    /// The datastore: the one named if it has the tags, else the only one; among several with the tags the one with most room.
    /// </summary>
    /// <param name="policy">Policy of VM home.</param>
    /// <param name="datastores">What the host sees.</param>
    /// <param name="tags">Tags by datastore name.</param>
    /// <param name="named">What the request names.</param>
    /// <param name="host">Name of the host.</param>
    public static string Choose(
        StoragePolicy policy, IReadOnlyList<HostDatastore> datastores,
        IReadOnlyDictionary<string, IReadOnlySet<string>> tags, string? named, string host)
    {
        string names = string.Join(", ", datastores.Select(d => d.Name));
        if (named is not null)
        {
            if (datastores.All(d => d.Name != named))
            {
                throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.datastoreNotFound", named,
                    $"{host} has no datastore {named}.", $"It has {names}."));
            }

            Require(policy, named, tags.Of(named));
            return named;
        }

        var fitting = datastores.Where(d => ComplianceRules.MissingTags(policy, tags.Of(d.Name)).Count == 0).ToList();
        if (policy.Rules.Tags.Count == 0)
        {
            return fitting.Count == 1 ? fitting[0].Name
                : throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.datastoreNeeded", host,
                    $"{host} has several datastores or none: {names}.", "Say which one."));
        }

        return fitting.MaxBy(d => d.Free)?.Name
            ?? throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.placement", host,
            $"No datastore of {host} carries what \"{policy.Name}\" wants: {string.Join(", ", policy.Rules.Tags)}.",
            "Tag a datastore (lorica datastore tag), or choose another host or policy."));
    }

    /// <summary>Refuses a datastore that lacks a tag.</summary>
    public static void Require(StoragePolicy policy, string datastore, IReadOnlySet<string> tags)
    {
        if (ComplianceRules.MissingTags(policy, tags) is { Count: > 0 } missing)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.placement", datastore,
                $"Datastore {datastore} does not carry what \"{policy.Name}\" wants: {string.Join(", ", missing)}.",
                "Choose another datastore, or tag this one: lorica datastore tag."));
        }
    }
}
