using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Lorica.Contracts.Faults;

namespace Lorica.Store;

/// <summary>Where a page ended, as text that clients hand back unread.</summary>
public static class Cursor
{
    private const int Maximum = 1024;

    /// <summary>The cursor behind <paramref name="key"/>.</summary>
    public static string Of(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    /// <summary>The cursor behind a row that is sorted by time and id.</summary>
    public static string Of(long time, string id) => Of(string.Create(CultureInfo.InvariantCulture, $"{time}|{id}"));

    /// <summary>The key of a cursor.</summary>
    public static string Key(string cursor)
    {
        if (cursor.Length > Maximum || !Base64Url.IsValid(cursor))
        {
            throw Malformed(cursor);
        }

        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
    }

    /// <summary>Time and id of a cursor.</summary>
    public static (long Time, string Id) TimeAndId(string cursor)
    {
        string key = Key(cursor);
        int bar = key.IndexOf('|', StringComparison.Ordinal);
        return bar > 0 && long.TryParse(key.AsSpan(0, bar), CultureInfo.InvariantCulture, out long time)
            ? (time, key[(bar + 1)..])
            : throw Malformed(cursor);
    }

    /// <summary>The number of a cursor.</summary>
    public static long Number(string cursor) =>
        long.TryParse(Key(cursor), CultureInfo.InvariantCulture, out long number) ? number : throw Malformed(cursor);

    private static FaultException Malformed(string cursor) => new(new Fault(FaultTypes.InvalidArgument, "lorica.cursor",
        cursor.Length > 40 ? cursor[..40] : cursor, "The cursor is not one that a list gave.",
        "Take the member next of the page before."));
}
