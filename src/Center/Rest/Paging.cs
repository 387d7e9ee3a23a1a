using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.Store;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace Lorica.Center.Rest;

/// <summary>
/// Pages and filters of lists that the inventory bounds: the whole list is read, sorted by a key that never changes, and cut.
/// Without <c>limit</c> a list is whole.
/// </summary>
internal static class Paging
{
    /// <summary>Most items of a page.</summary>
    public const int Maximum = 1000;

    /// <summary>
    /// Gives the list <c>limit</c>, <c>cursor</c> and the given filters (equal without case; <c>name</c> may carry <c>*</c> at
    /// its
    /// end).
    /// </summary>
    public static RouteHandlerBuilder Paged<T>(
        this RouteHandlerBuilder route, Func<T, string> key, params (string Name, Func<T, string?> Value)[] filters)
    {
        route.AddEndpointFilter(async (context, next) =>
            await next(context) is var result && result is JsonHttpResult<ListModel<T>> { Value: { } list } json
                ? TypedResults.Json(Cut(context.HttpContext.Request.Query, list.Items, key, filters), json.JsonSerializerOptions,
                    json.ContentType, json.StatusCode)
                : result);
        return route.DescribePages([.. filters.Select(f => f.Name)]);
    }

    /// <summary>Says the same in the OpenAPI document of a list that cuts and filters by itself.</summary>
    public static RouteHandlerBuilder DescribePages(this RouteHandlerBuilder route, params string[] filters) =>
        route.Describe([("limit", "Most items of the page."), ("cursor", "Member next of the page before."),
            .. filters.Select(f => (f, $"Only those whose {f} is so."))]);

    /// <summary>What a filter of a request wants; null when it has none.</summary>
    public static TextPattern? Filter(IQueryCollection query, string name) =>
        query[name] is [{ } wanted] ? new TextPattern(wanted) : null;

    /// <summary>Says in the OpenAPI document which query parameters a route takes.</summary>
    public static RouteHandlerBuilder Describe(
        this RouteHandlerBuilder route, IReadOnlyList<(string Name, string Text)> parameters) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            foreach (var (name, text) in parameters)
            {
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = name, In = ParameterLocation.Query, Description = text,
                    Schema = new OpenApiSchema { Type = name == "limit" ? JsonSchemaType.Integer : JsonSchemaType.String },
                });
            }

            return Task.CompletedTask;
        });

    /// <summary>The limit of a request; <paramref name="whenMissing"/> when it names none.</summary>
    public static int Limit(IQueryCollection query, int whenMissing, int maximum)
    {
        if (query["limit"] is not [{ } text])
        {
            return whenMissing;
        }

        return int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int limit) && limit >= 1
            ? Math.Min(limit, maximum)
            : throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.limit", text.Length > 40 ? text[..40] : text,
                $"The limit is a number from 1 to {maximum}.", "Correct the request."));
    }

    private static ListModel<T> Cut<T>(
        IQueryCollection query, IReadOnlyList<T> items, Func<T, string> key, (string Name, Func<T, string?> Value)[] filters)
    {
        IEnumerable<T> rest = items;
        foreach (var (name, value) in filters)
        {
            if (Filter(query, name) is { } filter)
            {
                rest = rest.Where(i => filter.Matches(value(i)));
            }
        }

        if (query["limit"].Count == 0 && query["cursor"].Count == 0)
        {
            return new ListModel<T>([.. rest]);
        }

        int limit = Limit(query, Maximum, Maximum);
        string? after = query["cursor"] is [{ } cursor] ? Cursor.Key(cursor) : null;
        List<T> page = [.. rest.OrderBy(key, StringComparer.Ordinal)
            .SkipWhile(i => after is not null && string.CompareOrdinal(key(i), after) <= 0).Take(limit + 1)];
        return page.Count <= limit
            ? new ListModel<T>(page)
            : new ListModel<T>(page[..limit], Cursor.Of(key(page[limit - 1])));
    }
}
