using System.CommandLine;
using System.Globalization;

namespace Lorica.Cli.Commands;

/// <summary>Options that take a moment: a time in UTC, or how long ago.</summary>
internal static class TimeOption
{
    public static Option<DateTimeOffset?> Create(string name, string description, TimeProvider time) => new(name)
    {
        Description = description + " (2026-01-31, 2026-01-31T12:00Z, or how long ago: 90s, 30m, 12h, 7d)",
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (Parse(result.Tokens[0].Value, time.GetUtcNow()) is { } at)
                return at;
            result.AddError($"{name}: {result.Tokens[0].Value} is no time; write 2026-01-31, 2026-01-31T12:00Z or 7d.");
            return null;
        },
    };

    /// <summary>The moment, or null when the text names none.</summary>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (text.Length > 1
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && count <= 100_000)
        {
            TimeSpan? ago = text[^1] switch
            {
                's' => TimeSpan.FromSeconds(count),
                'm' => TimeSpan.FromMinutes(count),
                'h' => TimeSpan.FromHours(count),
                'd' => TimeSpan.FromDays(count),
                _ => null,
            };
            if (ago is { } span)
                return now - span;
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time : null;
    }
}
