using Lorica.Store.Rows;
using Lorica.Store;

namespace Lorica.ControlPlane.Placement;

/// <summary>Reads tags of datastores.</summary>
internal static class DatastoreTags
{
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    /// <summary>Tags by datastore name.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlySet<string>>> ReadAsync(CenterDb db, CancellationToken ct) =>
        ByDatastore(await db.Datastores.TagsAsync(ct));

    /// <summary>The same of some datastores.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlySet<string>>> ReadAsync(
        CenterDb db, IReadOnlyCollection<string> datastores, CancellationToken ct) =>
        ByDatastore(await db.Datastores.TagsAsync(datastores, ct));

    /// <summary>Tags of one datastore.</summary>
    public static IReadOnlySet<string> Of(this IReadOnlyDictionary<string, IReadOnlySet<string>> tags, string datastore) =>
        tags.GetValueOrDefault(datastore, None);

    /// <summary>The datastore of a path <c>[datastore] folder/file</c>; empty when it names none.</summary>
    public static string OfPath(string path) =>
        path.StartsWith('[') && path.IndexOf(']', StringComparison.Ordinal) is > 0 and var end ? path[1..end] : "";

    private static Dictionary<string, IReadOnlySet<string>> ByDatastore(List<DatastoreTagRow> tags) =>
        tags.GroupBy(t => t.Datastore, StringComparer.Ordinal).ToDictionary(
            g => g.Key, IReadOnlySet<string> (g) => g.Select(t => t.Tag).ToHashSet(StringComparer.OrdinalIgnoreCase),
            StringComparer.Ordinal);
}
