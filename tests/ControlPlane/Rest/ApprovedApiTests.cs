using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class ApprovedApiTests
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// The REST API is an approved surface: whoever changes it sees what he changes. To accept what is there now:
    /// <c>LORICA_APPROVE_API=tests/ControlPlane/Data/openapi.json
    /// artifacts/bin/Lorica.ControlPlane.Tests/release/Lorica.ControlPlane.Tests -class '*ApprovedApiTests'</c>.
    /// </summary>
    [Fact]
    public async Task The_API_is_what_was_approved()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var document = JsonNode.Parse(await center.Http.GetStringAsync("/openapi/v1.json"))!;
        document["info"]!["version"] = "0";
        string now = Sorted(document)!.ToJsonString(Indented) + "\n";
        string approved = Path.Combine(AppContext.BaseDirectory, "Data", "openapi.json");
        if (Environment.GetEnvironmentVariable("LORICA_APPROVE_API") is { Length: > 0 } accept)
        {
            await File.WriteAllTextAsync(accept, now);
        }
        else
        {
            Assert.Equal(await File.ReadAllTextAsync(approved), now);
        }
    }

    [Fact]
    public async Task Every_operation_has_a_summary_a_tag_and_says_how_it_refuses()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var document = JsonNode.Parse(await center.Http.GetStringAsync("/openapi/v1.json"))!;
        var poor = from path in document["paths"]!.AsObject()
                   from operation in path.Value!.AsObject()
                   where operation.Value!["summary"] is null || operation.Value["tags"] is null
                       || operation.Value["responses"]!["default"] is null
                   select $"{operation.Key} {path.Key}";
        Assert.Empty(poor);
    }

    /// <summary>What is read of a VM: the content of its disks is not among it, encrypted or not.</summary>
    [Fact]
    public async Task Nothing_exports_a_VM()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var document = JsonNode.Parse(await center.Http.GetStringAsync("/openapi/v1.json"))!;
        var read = document["paths"]!.AsObject()
            .Where(p => p.Key.StartsWith("/api/v1/vms", StringComparison.Ordinal) && p.Value!["get"] is not null)
            .Select(p => p.Key["/api/v1/vms".Length..]).Order(StringComparer.Ordinal);
        Assert.Equal(["", "/{vm}", "/{vm}/compliance", "/{vm}/console"], read);
    }

    /// <summary>Members in order, so that the file does not depend on the order in which routes are mapped.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(
            o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
