using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lorica.Contracts.Host;
using Lorica.Contracts.Names;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class NameTests
{
    private static readonly string[] Refused =
    [
        "", ".", "..", "DC1/DC2", "a%2Fb", "a%2fb", "a\\b", " a", "a ", "a\nb", "a\0b", "a\u200bb", "b64:YQ", "vm:web",
        "8d4f4a52-1111-4222-8333-444455556666", "4D5F673C536F11E6BEB89E71128CAE77", "cluster-1",
        "folder-8d4f4a52111142228333444455556666", new('x', 81),
    ];

    [Theory]
    [InlineData("POST", "vms", """{"name":NAME,"disks":[{"capacity":1048576}]}""")]
    [InlineData("POST", "vms/web/rename", """{"name":NAME}""")]
    [InlineData("POST", "vms/web/clone", """{"name":NAME}""")]
    [InlineData("POST", "containers", """{"kind":"folder","name":NAME}""")]
    [InlineData("POST", "containers", """{"kind":"datacenter","name":NAME}""")]
    [InlineData("POST", "containers/prod/rename", """{"name":NAME}""")]
    [InlineData("POST", "policies", """{"name":NAME}""")]
    [InlineData("POST", "policies/Gold/clone", """{"name":NAME}""")]
    [InlineData("PATCH", "policies/Gold", """{"name":NAME}""")]
    [InlineData("PATCH", "policies/Gold", """{"tags":[NAME]}""")]
    [InlineData("PUT", "datastores/ds1/tags", """{"tags":[NAME]}""")]
    [InlineData("POST", "providers", """{"name":NAME,"servers":[{"host":"127.0.0.1","port":5696,"certificateSha256":"PIN"}]}""")]
    [InlineData("POST", "users", """{"name":NAME,"password":"correct horse"}""")]
    [InlineData("POST", "groups", """{"name":NAME}""")]
    [InlineData("POST", "roles/ReadOnly/clone", """{"name":NAME}""")]
    public async Task No_object_is_given_a_name_that_no_url_carries_or_that_looks_like_an_id(
        string method, string path, string json)
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("web");
        await center.PostAsync("containers", """{"kind":"folder","name":"prod"}""");
        await center.PostAsync("policies", """{"name":"Gold"}""");
        foreach (string name in Refused)
        {
            using var reply = await SendAsync(name);
            Assert.True(reply.StatusCode == HttpStatusCode.BadRequest, $"'{name}': {reply.StatusCode}");
            Assert.NotEqual(
                "lorica.malformedBody", (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code);
        }

        // It was the name and nothing else of the request.
        using var fine = await SendAsync("fine");
        Assert.True(fine.IsSuccessStatusCode, await fine.Content.ReadAsStringAsync());

        async Task<HttpResponseMessage> SendAsync(string name)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1/" + path)
            {
                Content = new StringContent(
                    json.Replace("NAME", JsonSerializer.Serialize(name), StringComparison.Ordinal)
                        .Replace("PIN", new string('0', 64), StringComparison.Ordinal),
                    Encoding.UTF8, "application/json"),
            };
            return await center.Http.SendAsync(request);
        }
    }

    [Theory]
    [InlineData("5")]
    [InlineData("007")]
    public async Task A_role_is_not_named_as_the_id_of_one(string name)
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        Assert.Equal("lorica.principalName",
            (await center.RefusedAsync("roles/ReadOnly/clone", $$"""{"name":"{{name}}"}""", HttpStatusCode.BadRequest)).Code);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("DC1/DC2")]
    [InlineData("a%2Fb")]
    [InlineData(" a ")]
    [InlineData("b64:YQ")]
    public async Task Objects_that_have_such_a_name_from_before_are_shown_edited_and_removed(string name)
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        const string Id = "8d4f4a52-7777-4222-8333-444455556666";
        await center.PostAsync("policies", """{"name":"Gold"}""");
        await center.AddProviderAsync("kms1");
        await center.Store.WriteAsync(async db =>
        {
            await db.Raw.Policies.Where(p => p.Name == "Gold").ExecuteUpdateAsync(
                s => s.SetProperty(p => p.Name, name).SetProperty(p => p.Id, Id));
            await db.Raw.Providers.ExecuteUpdateAsync(s => s.SetProperty(p => p.Name, name));
        });
        string segment = SegmentText.Encode(name);

        Assert.Equal(Id, (await center.GetAsync("policies/" + segment, RestJson.Default.PolicyModel)).Id);
        Assert.Equal(name, (await center.GetAsync("policies/" + Id, RestJson.Default.PolicyModel)).Name);
        Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Patch, "policies/" + segment, """{"description":"d"}"""));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Patch, "policies/" + segment, """{"name":"Gold"}"""));
        Assert.Equal(HttpStatusCode.NoContent, await SendAsync(HttpMethod.Delete, "policies/" + Id, null));
        Assert.Equal(name, (await center.GetAsync("providers/" + segment, RestJson.Default.ProviderModel)).Name);
        Assert.Equal(HttpStatusCode.NoContent, await SendAsync(HttpMethod.Delete, "providers/" + segment, null));

        async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, string? json)
        {
            using var request = new HttpRequestMessage(method, "/api/v1/" + path)
            {
                Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"),
            };
            using var reply = await center.Http.SendAsync(request);
            return reply.StatusCode;
        }
    }
}
