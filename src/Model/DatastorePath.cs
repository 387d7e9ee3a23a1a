namespace Lorica.Model;

/// <summary>A file on a datastore, as people write it: <c>[datastore1] web/web.vmx</c>.</summary>
/// <param name="Datastore">Datastore by name.</param>
/// <param name="File">Path below it.</param>
public readonly record struct DatastorePath(string Datastore, string File)
{
    private const int Longest = 1024;

    /// <summary>Parses a path; null when it is none. <c>..</c> and empty parts are never taken.</summary>
    public static DatastorePath? Parse(string text)
    {
        int end = text.IndexOf(']', StringComparison.Ordinal);
        if (text.Length > Longest || text is not ['[', ..] || end < 2)
        {
            return null;
        }

        string file = text[(end + 1)..].TrimStart(' ');
        return file.Length > 0 && !file.Any(char.IsControl) && file.Split('/').All(p => p is not ("" or "." or ".."))
            ? new DatastorePath(text[1..end], file)
            : null;
    }

    /// <inheritdoc />
    public override string ToString() => $"[{Datastore}] {File}";
}
