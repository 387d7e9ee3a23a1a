using Lorica.ControlPlane.Telemetry;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Lorica.Center.Rest;

/// <summary>What the OpenAPI document says of the whole.</summary>
internal sealed class ApiDescription : IOpenApiDocumentTransformer
{
    private const string Scheme = "session";

    /// <inheritdoc />
    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Lorica",
            Version = ThisAssembly.Version,
            Description = "Whole-VM encryption. Sign in at POST /api/v1/session; every refusal is "
                + "application/problem+json (RFC 9457).",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The token of a session.",
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        foreach (var schema in document.Components.Schemas?.Values ?? [])
        {
            OnOneLine(schema);
            foreach (var property in schema.Properties?.Values ?? [])
            {
                OnOneLine(property);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Where the source wraps its comments is nothing to the reader of the document.</summary>
    private static void OnOneLine(IOpenApiSchema schema)
    {
        if (schema.Description?.Contains('\n', StringComparison.Ordinal) is true)
        {
            schema.Description = string.Join(' ', schema.Description.Split(
                (char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
