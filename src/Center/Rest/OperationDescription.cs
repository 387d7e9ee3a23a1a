using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Lorica.Center.Rest;

/// <summary>
/// What the OpenAPI document says of every operation: how it refuses, that a POST may be repeated, that an edit may name a
/// revision.
/// </summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    private const string Json = "application/json";

    /// <inheritdoc />
    public Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "Refused: problem details (RFC 9457) with a stable code.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/problem+json"] = new() },
        };
        if (context.Description.HttpMethod == HttpMethods.Post
            && operation.RequestBody?.Content?.ContainsKey(Json) is null or true)
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyFilter.Header,
                In = ParameterLocation.Header,
                Description = "With the same key the same request is done once, and gets the same answer for a day.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 128 },
            });
        }

        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<EditedKinds>().Any())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = "If-Match",
                In = ParameterLocation.Header,
                Description = "ETag of the object that the edit was made from; 412 when somebody changed it meanwhile.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        return Task.CompletedTask;
    }
}
