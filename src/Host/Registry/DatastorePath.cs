using Lorica.Contracts.Faults;
using Lorica.Host.Refusals;

namespace Lorica.Host.Registry;

/// <summary>
/// A file of a VM as people name it: <c>[datastore] folder/file</c>. The folder is one of the datastore itself, so that no name
/// leads elsewhere.
/// </summary>
internal sealed record DatastorePath(string Datastore, string Folder, string File)
{
    private const int MaximumPart = 200;

    /// <summary>Parses a path whose file has this ending; <see cref="File"/> is without it.</summary>
    public static DatastorePath Parse(string text, string ending)
    {
        int close = text.IndexOf(']', StringComparison.Ordinal);
        if (text.StartsWith('[') && close > 1 && text[(close + 1)..].TrimStart(' ').Split('/') is [var folder, var file]
            && file.Length > ending.Length && file.EndsWith(ending, StringComparison.Ordinal)
            && IsName(folder) && IsName(file))
        {
            return new DatastorePath(text[1..close], folder, file[..^ending.Length]);
        }

        throw Refuse.With(FaultTypes.InvalidArgument, "lorica.datastorePath", Shown(text),
            $"That is no path of a {ending} file.", $"Write \"[datastore1] folder/file{ending}\".");
    }

    private static string Shown(string text) => new([.. text.Take(300).Select(c => char.IsControl(c) ? '?' : c)]);

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaximumPart && name[0] != '.' && !name.Any(char.IsControl) && !name.Contains('\\')
            && !name.Contains('"');
}
