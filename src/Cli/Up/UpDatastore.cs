namespace Lorica.Cli.Up;

/// <summary>A datastore beside the first one, seen by all hosts of an installation.</summary>
/// <param name="Name">Name.</param>
/// <param name="Path">Its folder.</param>
internal sealed record UpDatastore(string Name, string Path)
{
    /// <summary>Parses <c>NAME=DIR</c>; null when it is none.</summary>
    public static UpDatastore? Parse(string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at is > 0 and <= 80 && at < text.Length - 1 && !text.AsSpan(0, at).ContainsAny("[]/")
            ? new UpDatastore(text[..at], System.IO.Path.GetFullPath(text[(at + 1)..]))
            : null;
    }
}
