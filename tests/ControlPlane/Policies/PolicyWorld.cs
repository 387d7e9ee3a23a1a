using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tests.Policies;

/// <summary>What the tests of storage policies share.</summary>
internal static class PolicyWorld
{
    public const int NoCryptoAdmin = -6;

    /// <summary>Makes a policy over REST and answers with it.</summary>
    public static async Task<PolicyModel> MakePolicyAsync(this TestCenter center, string json)
    {
        var reply = await center.PostAsync("policies", json);
        Assert.True(reply.StatusCode == HttpStatusCode.Created, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.PolicyModel))!;
    }

    public static async Task<HttpResponseMessage> SendAsync(
        this TestCenter center, HttpMethod method, string path, string? json, string? tag = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (tag is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(tag));
        }

        return await center.Http.SendAsync(request);
    }

    public static async Task<ProblemModel> ProblemAsync(this HttpResponseMessage reply, HttpStatusCode status)
    {
        Assert.True(reply.StatusCode == status, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!;
    }

    /// <summary>A person with a built-in role at the root.</summary>
    public static async Task<Caller> PersonAsync(this TestCenter center, string name, int role)
    {
        await center.Store.WriteAsync(db =>
        {
            db.Raw.Users.Add(new UserRow { Name = name, PasswordHash = "x" });
            db.Raw.Permissions.Add(new PermissionRow
            {
                PrincipalKind = PrincipalKinds.User, Principal = name, RoleId = role, ObjectKind = ObjectKinds.Root,
                ObjectId = InventoryIds.Root, Propagate = true,
            });
            return Task.CompletedTask;
        });
        return new Caller(name);
    }

    public static async Task<Fault> LacksAsync(string privilege, Func<Task> act)
    {
        var fault = (await Assert.ThrowsAsync<FaultException>(act)).Fault;
        Assert.Equal(FaultTypes.NoPermission, fault.Type);
        Assert.Contains(privilege, fault.Message, StringComparison.Ordinal);
        return fault;
    }
}
