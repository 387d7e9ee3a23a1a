using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>The same through REST.</summary>
public sealed class AccessRestTests
{
    [Fact]
    public async Task A_user_is_added_given_a_role_and_signs_in_and_a_token_of_his_works_until_it_is_revoked()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("plain");
        Assert.Equal(HttpStatusCode.Created,
            (await center.PostAsync("users", """{"name":"bob","password":"correct horse"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.OK,
            (await PutAsync(center.Http, "permissions", """{"user":"bob","role":"NoCryptoAdmin","object":"root"}""")).StatusCode);

        using var bob = await SignInAsync(center, "bob", "correct horse");
        var held = await bob.GetFromJsonAsync("/api/v1/permissions/effective?object=vm:plain", RestJson.Default.EffectiveModel);
        Assert.Contains("VirtualMachine.Interact.PowerOn", held!.Privileges);
        Assert.DoesNotContain(held.Privileges, p => p.StartsWith("Cryptographer.", StringComparison.Ordinal));

        var made = await (await bob.PostAsync(
            "/api/v1/tokens", Json("""{"privileges":["VirtualMachine.Interact.PowerOn"],"hours":1}""")))
            .Content.ReadFromJsonAsync(RestJson.Default.CreatedTokenModel);
        using var token = center.Anonymous();
        token.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made!.Secret);
        Assert.Equal(HttpStatusCode.OK, (await token.GetAsync("/api/v1/vms/plain")).StatusCode);
        var refused = await token.PostAsync("/api/v1/vms/plain/power", Json("""{"action":"off"}"""));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(
            "VirtualMachine.Interact.PowerOff", (await refused.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code);

        // The task knows the token: taken up again, it is checked again.
        var begun = await (await token.PostAsync(
            "/api/v1/vms/plain/power", Json("""{"action":"on"}"""))).Content.ReadFromJsonAsync(RestJson.Default.TaskModel);
        await center.EndAsync(begun!.Id);
        Assert.Equal(made.Token.Id,
            await center.Store.ReadAsync(db => db.Raw.Tasks.Where(t => t.Id == begun.Id).Select(t => t.TokenId).SingleAsync()));
        Assert.Equal(HttpStatusCode.NoContent, (await bob.DeleteAsync("/api/v1/tokens/" + made.Token.Id)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await token.GetAsync("/api/v1/vms/plain")).StatusCode);
    }

    [Fact]
    public async Task A_no_crypto_administrator_who_tries_to_become_more_is_told_what_he_lacks_and_where()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.PostAsync("users", """{"name":"bob","password":"correct horse"}""");
        await PutAsync(center.Http, "permissions", """{"user":"bob","role":"-6","object":"root"}""");
        using var bob = await SignInAsync(center, "bob", "correct horse");
        foreach (var (path, body) in ((string, string)[])
        [
            ("permissions", """{"user":"bob","role":"Admin","object":"root"}"""),
            ("users/administrator/password", """{"password":"a new password"}"""),
        ])
        {
            var reply = await PutAsync(bob, path, body);
            var problem = (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!;
            Assert.Equal(
                (HttpStatusCode.Forbidden, FaultTypes.NoPermission, "root"), (reply.StatusCode, problem.Title, problem.Object));
            Assert.NotEmpty(problem.Hint!);
        }
    }

    [Fact]
    public async Task Ones_own_password_needs_the_old_one_and_ends_the_sessions()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.PostAsync("users", """{"name":"bob","password":"correct horse"}""");
        using var bob = await SignInAsync(center, "bob", "correct horse");
        Assert.Equal(HttpStatusCode.Unauthorized,
            (await PutAsync(bob, "users/bob/password", """{"password":"staple battery"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent,
            (await PutAsync(
                bob, "users/bob/password", """{"password":"staple battery","oldPassword":"correct horse"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bob.GetAsync("/api/v1/vms")).StatusCode);
        using var again = await SignInAsync(center, "bob", "staple battery");
        Assert.Equal(
            "bob", Assert.Single(
                (await again.GetFromJsonAsync("/api/v1/sessions", RestJson.Default.ListModelOpenSessionModel))!.Items).User);
    }

    [Theory]
    [InlineData("roles/View", """{"privileges":["Nothing.AtAll"]}""")]
    [InlineData("permissions", """{"role":"Admin","object":"root"}""")]
    [InlineData("permissions", """{"role":"Admin","object":"vm:none","user":"administrator"}""")]
    [InlineData("permissions", """{"role":"Admin","object":"root","user":"administrator","more":1}""")]
    [InlineData("groups/none/members/administrator", "")]
    public async Task A_request_that_makes_no_sense_is_refused_with_a_problem(string path, string body)
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var reply = await PutAsync(center.Http, path, body);
        Assert.InRange((int)reply.StatusCode, 400, 501);
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
        Assert.NotEqual(FaultTypes.SystemError, (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Title);
    }

    private static async Task<HttpClient> SignInAsync(TestCenter center, string user, string password)
    {
        var http = center.Anonymous();
        var reply = await http.PostAsJsonAsync(
            "/api/v1/session", new SignInRequest(user, password), RestJson.Default.SignInRequest);
        var session = await reply.Content.ReadFromJsonAsync(RestJson.Default.SessionModel);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session!.Token);
        return http;
    }

    private static Task<HttpResponseMessage> PutAsync(HttpClient http, string path, string json) =>
        http.PutAsync("/api/v1/" + path, Json(json));

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
