using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Tests.Access;
using Lorica.ControlPlane.Tests.Policies;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Rest;

/// <summary>Answers that last are not a way to keep what was taken away.</summary>
public sealed class LastingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_console_that_is_followed_ends_when_the_privilege_is_withdrawn()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        using var bob = await SignInAsync(center, "bob");
        using var console = await OpenAsync(bob, "vms/a/console?follow=true");
        byte[] buffer = new byte[64];
        Assert.Equal("login: ", Encoding.UTF8.GetString(buffer, 0, await console.ReadAsync(buffer).AsTask().WaitAsync(Patience)));

        Assert.True(
            (await center.SendAsync(
                HttpMethod.Put, "permissions", """{"user":"bob","role":"NoCryptoAdmin","object":"root"}""")).IsSuccessStatusCode);

        Assert.Equal(0, await console.ReadAsync(buffer).AsTask().WaitAsync(Patience));
        Assert.Equal(HttpStatusCode.Forbidden, (await bob.GetAsync("/api/v1/vms/a/console")).StatusCode);
    }

    [Theory]
    [InlineData("tasks/stream")]
    [InlineData("events/stream")]
    [InlineData("vms/a/console?follow=true")]
    public async Task What_a_session_began_ends_with_it(string path)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        using var bob = await SignInAsync(center, "bob");
        using var stream = await OpenAsync(bob, path);
        byte[] buffer = new byte[64];
        Assert.NotEqual(0, await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience));

        Assert.True(
            (await center.SendAsync(
                HttpMethod.Put, "users/bob/password", """{"password":"another long password"}""")).IsSuccessStatusCode);

        while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience) > 0)
        {
            // What was under way.
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await bob.GetAsync("/api/v1/tasks")).StatusCode);
    }

    [Fact]
    public async Task An_account_holds_only_so_many_answers_open_at_the_same_time()
    {
        await using var center = await TestCenter.StartAsync(provider: false, configure: c => c.Limits.AtOncePerAccount = 3);
        using var bob = await SignInAsync(center, "bob");
        using var first = await OpenAsync(bob, "tasks/stream");
        using var second = await OpenAsync(bob, "tasks/stream");
        using (await OpenAsync(bob, "tasks/stream"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, (await bob.GetAsync("/api/v1/tasks")).StatusCode);
            Assert.True((await center.Http.GetAsync("/api/v1/tasks")).IsSuccessStatusCode);
        }

        await Wait.UntilAsync(async () => (await bob.GetAsync("/api/v1/tasks")).IsSuccessStatusCode, "one has ended");
    }

    private static async Task<HttpClient> SignInAsync(TestCenter center, string user)
    {
        Assert.True(
            (await center.PostAsync(
                "users", $$"""{"name":"{{user}}","password":"{{AccessWorld.Password}}"}""")).IsSuccessStatusCode);
        Assert.True(
            (await center.SendAsync(
                HttpMethod.Put, "permissions", $$"""{"user":"{{user}}","role":"Admin","object":"root"}""")).IsSuccessStatusCode);
        var http = center.Anonymous();
        var session = await center.Service<SignInService>().SignInAsync(user, AccessWorld.Password, "", default);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.Token);
        return http;
    }

    private static async Task<Stream> OpenAsync(HttpClient http, string path)
    {
        var response = await http.GetAsync("/api/v1/" + path, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStreamAsync();
    }
}
