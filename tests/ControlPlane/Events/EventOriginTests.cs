using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Composition;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Events;

/// <summary>Where what an event tells of was asked for, through REST, grains, works, and a restart of the center.</summary>
public sealed class EventOriginTests
{
    private const string Loopback = "127.0.0.1";

    [Fact]
    public async Task Events_of_a_request_and_of_its_task_carry_address_session_and_one_correlation_id()
    {
        await using var center = await TestCenter.StartAsync();
        var session = Assert.Single(
            (await center.GetAsync("sessions", RestJson.Default.ListModelOpenSessionModel)).Items);
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.SetPolicyAsync("a", TestCenter.DefaultPolicy);
        await center.CreateAsync("b");

        var events = await AllAsync(center);

        var mine = events.Where(e => e.User == SignInService.Administrator).ToList();
        Assert.All(mine, e => Assert.Equal((Loopback, session.Id, ""), (e.Address, e.SessionId, e.TokenId)));
        Assert.All(mine, e => Assert.Matches("^[0-9a-f]{16}$", e.CorrelationId));
        string[] OfOne(string id, string vm, string kind) => [.. mine.Where(e => e.Id == id && e.Object == vm
            && e.Message.Contains(kind, StringComparison.Ordinal)).Select(e => e.CorrelationId)];
        string[] made = [.. OfOne(EventIds.CryptoOperation, "a", "vm.create"), .. OfOne(EventIds.VmCreated, "a", "vm.create")];
        Assert.Equal(2, made.Length);
        string one = Assert.Single(made.Distinct());
        Assert.NotEqual(one, Assert.Single(OfOne(EventIds.CryptoOperation, "a", "vm.decrypt")));
        Assert.NotEqual(one, Assert.Single(OfOne(EventIds.VmCreated, "b", "vm.create")));

        // What the center does by itself came from nowhere.
        var own = events.Where(e => e.User == Caller.SystemName).ToList();
        Assert.NotEmpty(own);
        Assert.All(own, e => Assert.Equal(("", "", "", ""), (e.Address, e.SessionId, e.TokenId, e.CorrelationId)));
    }

    [Fact]
    public async Task What_an_event_says_of_a_session_or_token_opens_nothing_and_is_not_what_credentials_are_looked_up_by()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var made = await MakeTokenAsync(center);
        await WithTokenAsync(center, made.Secret, "folders-by-token");
        await center.PostAsync("containers", """{"kind":"folder","name":"by-session"}""");

        var events = await AllAsync(center);

        var byToken = Assert.Single(events, e => e.TokenId.Length > 0);
        Assert.Equal((made.Token.Id, "", Loopback), (byToken.TokenId, byToken.SessionId, byToken.Address));
        string[] secrets = [made.Secret, center.Http.DefaultRequestHeaders.Authorization!.Parameter!];
        string all = await center.Http.GetStringAsync("/api/v1/events/export");
        foreach (string secret in secrets)
        {
            Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
            Assert.DoesNotContain(BearerTokens.Hash(secret), all, StringComparison.Ordinal);
        }

        foreach (string id in events.SelectMany(e => new[] { e.SessionId, e.TokenId }).Where(i => i.Length > 0).Distinct())
        {
            using var thief = center.Anonymous();
            thief.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", id);
            Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync("/api/v1/events")).StatusCode);
        }
    }

    [Fact]
    public async Task The_address_is_the_sockets_whatever_a_client_says_of_itself()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        foreach (var (name, value) in new[]
        {
            ("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9"), ("X-Real-IP", "203.0.113.9"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("X-Correlation-Id", "0af7651916cd43dd"), ("X-Request-Id", "0af7651916cd43dd"),
        })
        {
            center.Http.DefaultRequestHeaders.Add(name, value);
        }

        var reply = await center.PostAsync("containers", """{"kind":"folder","name":"dev"}""");
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());

        var told = Assert.Single(await center.EventsAsync(EventIds.ContainerChanged));
        Assert.Equal(Loopback, told.Address);
        Assert.DoesNotContain("0af7651916cd43dd", told.CorrelationId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_that_is_taken_up_again_tells_where_it_was_asked_for(bool restart)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var asked = new Caller(SignInService.Administrator)
        {
            Origin = new RequestOrigin("192.0.2.7", "5e551015e5510151", "9f86d081884c7d65"),
        };
        var task = await InterruptedEncryptionAsync(center, asked);
        if (restart)
        {
            await center.RestartAsync();
        }
        else
        {
            await center.Service<TaskSweep>().RunAsync(default);
            await center.Service<TaskSweep>().RunAsync(default);
        }

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        var told = Assert.Single(await center.EventsAsync(EventIds.CryptoOperation),
            e => e.Message.Contains(task.Id, StringComparison.Ordinal));
        Assert.Equal((asked.Origin.Address, asked.Origin.SessionId, asked.Origin.CorrelationId),
            (told.Address, told.SessionId, told.CorrelationId));
    }

    [Fact]
    public async Task The_work_of_a_task_of_an_older_program_is_taken_up_and_its_events_say_no_more_than_it_knew()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var task = await InterruptedEncryptionAsync(center, new Caller(SignInService.Administrator));
        await center.RestartAsync();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        var told = Assert.Single(await center.EventsAsync(EventIds.CryptoOperation),
            e => e.Message.Contains(task.Id, StringComparison.Ordinal));
        Assert.Equal((SignInService.Administrator, "", ""), (told.User, told.Address, told.CorrelationId));
    }

    [Fact]
    public async Task A_refused_request_is_found_by_its_outcome()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.PostAsync("users", $$"""{"name":"bob","password":"{{TestCenter.Password}}"}""");
        using var bob = center.Anonymous();
        var reply = await bob.PostAsJsonAsync(
            "/api/v1/session", new SignInRequest("bob", TestCenter.Password), RestJson.Default.SignInRequest);
        bob.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await reply.Content.ReadFromJsonAsync(RestJson.Default.SessionModel))!.Token);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await bob.GetAsync("/api/v1/events")).StatusCode);
        }

        var found = await center.GetAsync("events?outcome=refused", RestJson.Default.ListModelEventModel);

        var told = Assert.Single(found.Items);
        Assert.Equal((EventIds.PrivilegeRefused, "bob", Loopback, "root"), (told.Id, told.User, told.Address, told.Object));
        Assert.Contains(Privileges.ReadEvents, told.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await center.Http.GetAsync("/api/v1/events?outcome=perhaps")).StatusCode);
        Assert.Single((await center.Http.GetStringAsync("/api/v1/events/export?outcome=refused")).TrimEnd('\n').Split('\n'));

        // What was counted meanwhile is told when the center stops.
        await center.RestartAsync();
        found = await center.GetAsync("events?outcome=refused", RestJson.Default.ListModelEventModel);
        Assert.EndsWith("So 2 more times within a minute.", found.Items[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_of_a_name_says_from_where_it_was_guessed_at()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        using var guesser = center.Anonymous();
        for (int i = 0; i < SignInThrottle.Limit; i++)
        {
            await guesser.PostAsJsonAsync("/api/v1/session", new SignInRequest(SignInService.Administrator, "wrong password"),
                RestJson.Default.SignInRequest);
        }

        await center.Service<SignInService>().Noted;
        var told = Assert.Single(await center.EventsAsync(EventIds.SignInLocked));
        Assert.Equal((Loopback, "", "refused"), (told.Address, told.SessionId, told.Outcome));
        Assert.NotEmpty(told.CorrelationId);
    }

    private static async Task<IReadOnlyList<EventModel>> AllAsync(TestCenter center) =>
        (await center.GetAsync("events?limit=1000", RestJson.Default.ListModelEventModel)).Items;

    private static async Task<CreatedTokenModel> MakeTokenAsync(TestCenter center)
    {
        var reply = await center.PostAsync("tokens", """{"hours":1}""");
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.CreatedTokenModel))!;
    }

    private static async Task WithTokenAsync(TestCenter center, string secret, string folder)
    {
        using var program = center.Anonymous();
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        var reply = await program.PostAsync("/api/v1/containers",
            new StringContent($$"""{"kind":"folder","name":"{{folder}}"}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
    }

    /// <summary>A task as a center leaves it that was killed right after it wrote it.</summary>
    private static async Task<TaskRow> InterruptedEncryptionAsync(TestCenter center, Caller caller)
    {
        var vm = await center.Store.ReadAsync(db => db.Raw.Vms.SingleAsync());
        var disk = center.Host.Vms[vm.Id].Disks[0];
        string[] objects = [vm.Id, disk.ObjectId];
        var arguments = new VmTaskArguments
        {
            PolicyId = ControlPlane.Policies.PolicyCatalog.Encryption.Id, Objects = objects, PolicyObjects = objects,
            Provider = "kms1", Request = RequestJson.Write(new CryptoJob(Home: true, [disk.Label], Force: false)),
        };
        return await center.Service<TaskStore>().BeginAsync(
            TaskKinds.Encrypt, vm, caller, TaskNeeds.None, arguments, null, default);
    }
}
