using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Lorica.Center.Rest;

/// <summary>What the OpenAPI document says of every operation: how it refuses, and that a POST may be repeated.</summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    private const string Json = "application/json";

    /// <inheritdoc />
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "Refused: problem details (RFC 9457) with a stable code.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/problem+json"] = new() },
        };
        if (context.Description.HttpMethod == HttpMethods.Post && operation.RequestBody?.Content?.ContainsKey(Json) == true)
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

        return Task.CompletedTask;
    }
}
