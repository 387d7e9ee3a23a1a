using System.Net;
using System.Net.Http.Json;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;

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
