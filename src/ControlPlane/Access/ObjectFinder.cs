using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Objects as people write them: <c>root</c>, <c>KIND:NAME</c>, <c>KIND:ID</c>, or a name or id alone where only one object has
/// it.
/// </summary>
internal static class ObjectFinder
{
    private static readonly string[] Kinds =
        [ObjectKinds.Vm, ObjectKinds.Host, ObjectKinds.Folder, ObjectKinds.Cluster, ObjectKinds.Datacenter];

    /// <summary>Finds it; NotFound otherwise, InvalidArgument when there are several.</summary>
    public static async Task<ObjectRef> FindAsync(CenterDb db, string text, CancellationToken ct)
    {
        if (text is ObjectKinds.Root or "/")
        {
            return ObjectRef.Root;
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string? kind = colon > 0 && Kinds.Contains(text[..colon]) ? text[..colon] : null;
        string name = kind is null ? text : text[(colon + 1)..];
        var found = new List<ObjectRef>();
        if (kind is null or ObjectKinds.Vm)
        {
            found.AddRange((await db.Vms.CalledAsync(name, ct)).Select(ObjectRef.Of));
        }

        if (kind is null or ObjectKinds.Host)
        {
            found.AddRange((await db.Hosts.CalledAsync(name, ct)).Select(ObjectRef.Of));
        }

        if (kind is not (ObjectKinds.Vm or ObjectKinds.Host))
        {
            var containers = await db.Containers.CalledAsync(name, ct);
            found.AddRange(containers.Where(c => kind is null || c.Kind == kind).Select(ObjectRef.Of));
        }

        return found switch
        {
            [var one] => one,
            [] => throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.objectNotFound", text,
                $"There is no object {text}.", "Write root, vm:NAME, folder:NAME, host:NAME, cluster:NAME or datacenter:NAME.")),
            _ => found.Where(o => o.Id == name).ToList() is [var exact] ? exact
                : throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.objectAmbiguous", text,
                    $"Several objects are called {text}: {string.Join(", ", found.Take(5).Select(o => $"{o.Kind}:{o.Id}"))}.",
                    "Name one by KIND:ID.")),
        };
    }
}
