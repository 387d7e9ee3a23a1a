using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Lorica.Center.Rest;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class LimitTests
{
    [Fact]
    public async Task An_account_that_asks_too_often_is_told_when_to_come_back()
    {
        await using var center = await TestCenter.StartAsync(provider: false, configure: c => c.Limits.PerAccount = 20);
        await RefusedAsync(center, "Too many requests of administrator.");
    }

    [Fact]
    public async Task An_address_that_asks_too_often_is_told_when_to_come_back()
    {
        await using var center = await TestCenter.StartAsync(provider: false, configure: c => c.Limits.PerAddress = 20);
        await RefusedAsync(center, "Too many requests from this address.");
    }

    [Theory]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public async Task All_addresses_of_one_machine_share_one_limit(string first, string second, bool share)
    {
        await using var services = new ServiceCollection().AddRateLimits(new RequestLimits { PerAddress = 1 })
            .BuildServiceProvider();
        var limits = services.GetRequiredService<AddressLimits>();
        while (Take(first))
        {
        }

        // Two at once are what an address of its own has; one that shares would have to wait two seconds for them.
        Assert.Equal(!share, Take(second) & Take(second));

        bool Take(string address)
        {
            var http = new DefaultHttpContext();
            http.Connection.RemoteIpAddress = IPAddress.Parse(address);
            return limits.Take(http);
        }
    }

    /// <summary>Both check a password; nothing of the body is looked at before.</summary>
    [Theory]
    [InlineData("POST", "session")]
    [InlineData("PUT", "users/administrator/password")]
    public async Task Sign_ins_have_a_limit_of_their_own_for_each_address(string method, string path)
    {
        await using var center = await TestCenter.StartAsync(provider: false, configure: c => c.Limits.SignIns = 1);
        HttpResponseMessage reply;
        int asked = 0;
        do
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1/" + path)
            {
                Content = new StringContent("?", MediaTypeHeaderValue.Parse("application/json")),
            };
            reply = await center.Http.SendAsync(request);
            Assert.True(++asked < 40, "Forty sign-ins were taken.");
        }
        while (reply.StatusCode != HttpStatusCode.TooManyRequests);

        var problem = (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!;
        Assert.Equal(
            ("lorica.tooManyRequests", "Too many requests from this address."), (problem.Code, problem.Detail));
        Assert.Equal(HttpStatusCode.OK, (await center.Http.GetAsync("/api/v1/policies")).StatusCode);
    }

    private static async Task RefusedAsync(TestCenter center, string detail)
    {
        HttpResponseMessage reply;
        do
        {
            reply = await center.Http.GetAsync("/api/v1/policies");
        }
        while (reply.StatusCode == HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.TooManyRequests, reply.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), reply.Headers.RetryAfter?.Delta);
        var problem = (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!;
        Assert.Equal(("lorica.tooManyRequests", detail), (problem.Code, problem.Detail));
    }
}
