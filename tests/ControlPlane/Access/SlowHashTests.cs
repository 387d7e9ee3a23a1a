using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>While no hash of a password can be computed, whoever asks for one shows it.</summary>
[Collection(AloneCollection.Name)]
public sealed class SlowHashTests
{
    [Fact]
    public async Task Who_may_not_add_users_is_refused_without_a_hash_with_an_idempotency_key_too()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.Service<UserService>().AddAsync(People.Administrator, new AddUserBody("bob", TestCenter.Password), default);
        using var bob = center.Anonymous();
        var reply = await bob.PostAsJsonAsync(
            "/api/v1/session", new SignInRequest("bob", TestCenter.Password), RestJson.Default.SignInRequest);
        var session = await reply.Content.ReadFromJsonAsync(RestJson.Default.SessionModel);
        bob.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session!.Token);

        await WithoutHashesAsync(async () =>
        {
            Assert.Equal(HttpStatusCode.Forbidden, await AddAsync(bob, "k1"));
            Assert.Equal(HttpStatusCode.Forbidden, await AddAsync(bob, null));
            Assert.Equal(HttpStatusCode.Forbidden, (await bob.PutAsync("/api/v1/users/administrator/password",
                new StringContent("""{"password":"another password"}""", Encoding.UTF8, "application/json"))).StatusCode);

            // Who may is told to wait: the hash is what they wait for.
            Assert.Equal(HttpStatusCode.TooManyRequests, await AddAsync(center.Http, "k1"));
        });
        Assert.Equal(HttpStatusCode.Created, await AddAsync(center.Http, "k1"));
    }

    private static async Task<HttpStatusCode> AddAsync(HttpClient http, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users")
        {
            Content = new StringContent("""{"name":"eve","password":"0123456789"}""", Encoding.UTF8, "application/json"),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var reply = await http.SendAsync(request);
        return reply.StatusCode;
    }

    private static async Task WithoutHashesAsync(Func<Task> act)
    {
        using var end = new ManualResetEventSlim();
        var all = new List<Task>();
        while (true)
        {
            var one = SlowHashes.RunAsync(
                () =>
                {
                    end.Wait();
                    return 0;
                },
                default);
            if (one.IsFaulted)
            {
                await Assert.ThrowsAsync<FaultException>(() => one);
                break;
            }

            all.Add(one);
        }

        try
        {
            await act();
        }
        finally
        {
            end.Set();
            await Task.WhenAll(all);
        }
    }
}
