using Lorica.Contracts.Names;

namespace Lorica.Center.Rest;

/// <summary>Gives routes the names that their segments stand for, before anything looks at them.</summary>
internal static class NamedSegments
{
    /// <summary>Uses it; after routing.</summary>
    public static void UseNamedSegments(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        foreach (var (key, value) in http.Request.RouteValues.ToList())
        {
            if (value is string text && text.Contains(SegmentText.Prefix, StringComparison.Ordinal))
            {
                // The path of a container is several segments.
                http.Request.RouteValues[key] = string.Join('/', text.Split('/').Select(NameOf));
            }
        }

        return next(http);
    });

    private static string NameOf(string segment) => SegmentText.TryDecode(segment, out string? name) ? name : segment;
}
