using System.Text.Json;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Files;
using Lorica.Host.Refusals;
using Lorica.Platform.Native;

namespace Lorica.Host.Registry;

/// <summary>
/// The datastores of this host: folders on mounted filesystems, by name. Which datastore a folder is says its marker file
/// (<see cref="DatastoreMarker"/>), made when a host first uses it; <c>STATE/datastores.json</c> remembers the ids. A folder that
/// lost its marker (it is not mounted) or has another one (another datastore is mounted there) is not used.
/// </summary>
internal sealed class Datastores
{
    private const string FileName = "datastores.json";
    private const int MaximumBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids;
    private readonly string _stateFolder;

    public Datastores(IEnumerable<DatastoreConfig> configs, string baseFolder, string stateFolder)
    {
        foreach (var (name, path) in configs)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny("[]/") || !_paths.TryAdd(name, Path.GetFullPath(path, baseFolder)))
            {
                throw new InvalidOperationException(
                    $"The name of the datastore '{name}' is not one that it can have, or is there twice.");
            }
        }

        _stateFolder = stateFolder;
        using var folder = Folder.Open(stateFolder);
        try
        {
            _ids = folder.Read(FileName, MaximumBytes) is { } bytes
                ? JsonSerializer.Deserialize(bytes, StateJson.Default.DictionaryStringString) ?? []
                : [];
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException(
                $"{Path.Combine(stateFolder, FileName)} is damaged: {e.Message}. Remove it when every datastore is mounted.", e);
        }
    }

    public IEnumerable<string> Names => _paths.Keys;

    /// <summary>The folder of a datastore that is there and is the right one.</summary>
    public string PathOf(string name)
    {
        if (!_paths.TryGetValue(name, out string? path))
        {
            throw Refuse.With(FaultTypes.NotFound, "lorica.datastoreNotFound", name, $"This host has no datastore {name}.",
                $"It has: {string.Join(", ", _paths.Keys)}.");
        }

        return Check(name, path).Problem is { } problem
            ? throw Refuse.With(FaultTypes.InvalidState, "lorica.datastoreNotThere", name, problem,
                "Mount it, or correct the host's configuration.")
            : path;
    }

    /// <summary>Refuses when a datastore has less than <paramref name="needed"/> bytes free.</summary>
    public void RequireFree(string name, long needed)
    {
        var (_, free) = PosixFile.SpaceOf(PathOf(name));
        if (free < needed)
            throw Refuse.NoSpace($"The datastore {name}", needed, free);
    }

    /// <summary>Name, path, id and space of each; one that cannot be used says why and has no space.</summary>
    public IEnumerable<DatastoreDescription> Describe()
    {
        foreach (var (name, path) in _paths)
        {
            var (id, problem) = Check(name, path);
            var description = new DatastoreDescription { Name = name, Path = path, Id = id ?? "", Problem = problem ?? "" };
            try
            {
                if (problem is null)
                    (description.Capacity, description.Free) = PosixFile.SpaceOf(path);
            }
            catch (IOException e)
            {
                description.Problem = e.Message;
            }

            yield return description;
        }
    }

    private (string? Id, string? Problem) Check(string name, string path)
    {
        try
        {
            lock (_gate)
            {
                string? known = _ids.GetValueOrDefault(name);
                if (DatastoreMarker.Read(path)?.ToString() is not { } id)
                {
                    if (known is not null)
                        return (known, $"The datastore {name} is not mounted: {path} has no {DatastoreMarker.FileName}.");
                    id = DatastoreMarker.Make(path).ToString();
                }

                if (known is not null && known != id)
                    return (id, $"{path} is another datastore ({id}) than the one known as {name} ({known}).");
                if (known is null)
                {
                    // Known once it is on disk, not before.
                    var ids = new Dictionary<string, string>(_ids) { [name] = id };
                    using var folder = Folder.Open(_stateFolder);
                    folder.Replace(FileName, JsonSerializer.SerializeToUtf8Bytes(ids, StateJson.Default.DictionaryStringString));
                    _ids[name] = id;
                }

                return (id, null);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"The datastore {name} cannot be used: {e.Message}");
        }
    }
}
