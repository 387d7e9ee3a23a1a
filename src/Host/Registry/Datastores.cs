using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Native;
using Lorica.Host.Refusals;

namespace Lorica.Host.Registry;

/// <summary>The datastores of this host: folders on mounted filesystems, by name.</summary>
internal sealed class Datastores
{
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    public Datastores(IEnumerable<DatastoreConfig> configs, string baseFolder)
    {
        foreach (var (name, path) in configs)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny("[]/") || !_paths.TryAdd(name, Path.GetFullPath(path, baseFolder)))
                throw new InvalidOperationException(
                    $"The name of the datastore '{name}' is not one that it can have, or is there twice.");
        }
    }

    public IEnumerable<string> Names => _paths.Keys;

    /// <summary>The folder of a datastore.</summary>
    public string PathOf(string name) => _paths.TryGetValue(name, out var path)
        ? path
        : throw Refuse.With(FaultTypes.NotFound, "lorica.datastoreNotFound", name, $"This host has no datastore {name}.",
            $"It has: {string.Join(", ", _paths.Keys)}.");

    /// <summary>Refuses when a datastore has less than <paramref name="needed"/> bytes free.</summary>
    public void RequireFree(string name, long needed)
    {
        var (_, free) = Posix.SpaceOf(PathOf(name));
        if (free < needed)
            throw Refuse.NoSpace($"The datastore {name}", needed, free);
    }

    /// <summary>Name, path and space of each; one that cannot be asked has no space.</summary>
    public IEnumerable<DatastoreDescription> Describe()
    {
        foreach (var (name, path) in _paths)
        {
            var description = new DatastoreDescription { Name = name, Path = path };
            try
            {
                (description.Capacity, description.Free) = Posix.SpaceOf(path);
            }
            catch (IOException)
            {
                // Not mounted: 0 of 0 bytes says so.
            }

            yield return description;
        }
    }
}
