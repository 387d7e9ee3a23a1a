using System.Text.Json;
using Lorica.Host.Files;

namespace Lorica.Host.Registry;

/// <summary>
/// Reads and makes the marker file by which a datastore is recognised. It is made aside, durably, and takes its name only if
/// nothing has it: of two hosts that come at once one makes it and both read the same. A crash before that leaves
/// <c>.lorica-datastore.ID</c>, which means nothing.
/// </summary>
internal static class DatastoreMarker
{
    public const string FileName = ".lorica-datastore";
    private const int MaximumBytes = 4096;

    /// <summary>The id, or null when the folder has no marker.</summary>
    /// <exception cref="IOException">The folder or the marker cannot be read.</exception>
    public static Guid? Read(string path)
    {
        using var folder = Folder.Open(path);
        return Read(folder);
    }

    /// <summary>The id of the marker, which is made if there is none.</summary>
    public static Guid Make(string path)
    {
        using var folder = Folder.Open(path);
        if (Read(folder) is { } known)
            return known;
        var id = Guid.NewGuid();
        string aside = $"{FileName}.{id:D}";
        folder.Replace(aside, JsonSerializer.SerializeToUtf8Bytes(new DatastoreMark(id), StateJson.Default.DatastoreMark));
        if (folder.TryRename(aside, FileName))
            return id;
        folder.Delete(aside);
        return Read(folder) ?? throw new IOException($"{path}/{FileName} came and went.");
    }

    private static Guid? Read(Folder folder)
    {
        try
        {
            return folder.Read(FileName, MaximumBytes) is not { } bytes ? null
                : JsonSerializer.Deserialize(bytes, StateJson.Default.DatastoreMark)
                is { } mark && mark.Id != Guid.Empty ? mark.Id
                : throw new IOException($"{folder.Path}/{FileName} is empty.");
        }
        catch (JsonException e)
        {
            throw new IOException($"{folder.Path}/{FileName} is damaged: {e.Message}", e);
        }
    }
}
