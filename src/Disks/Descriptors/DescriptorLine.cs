namespace Lorica.Disks.Descriptors;

/// <summary>One line as it stands in the file, with what it means.</summary>
/// <param name="Text">Without the line feed; a carriage return stays, so that untouched lines are written back byte for
/// byte.</param>
/// <param name="Key">Name of a <c>key=value</c> line, else null.</param>
/// <param name="Value">Its value without quotes.</param>
/// <param name="Extent">An extent line's content.</param>
internal sealed record DescriptorLine(string Text, string? Key, string? Value, ExtentLine? Extent)
{
    /// <summary>A line <c>key="value"</c> of the header.</summary>
    public static DescriptorLine Header(string key, string value) => new($"{key}=\"{value}\"", key, value, null);

    /// <summary>A line <c>key = "value"</c> of the disk data base.</summary>
    public static DescriptorLine Ddb(string key, string value) => new($"{key} = \"{value}\"", key, value, null);

    /// <summary>A line without meaning.</summary>
    public static DescriptorLine Comment(string text) => new(text, null, null, null);
}
