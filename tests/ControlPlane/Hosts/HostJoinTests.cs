using System.Net;
using System.Net.Http.Json;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.Contracts.Trust;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Hosts;

/// <summary>Hosts that join by token, over REST.</summary>
public sealed class HostJoinTests
{
    [Fact]
    public async Task A_host_joins_by_its_token_and_is_connected_when_it_runs()
    {
        await using var center = await TestCenter.StartAsync();
        await using var joiner = await FakeJoiner.StartAsync(center);
        var added = await AddAsync(center, joiner, joiner.Token);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        var host = (await added.Content.ReadFromJsonAsync(RestJson.Default.HostModel))!;
        Assert.Equal((joiner.HostId, "node"), (host.Id, host.Name));
        Assert.Contains(joiner.HostId, center.Broker.Pinned.Keys);

        await joiner.RunAsync(center);
        await Wait.UntilAsync(async () => await StateAsync(center, "node") == "connected", "it is connected");
        Assert.Single(await center.EventsAsync(EventIds.HostAdded));
    }

    [Fact]
    public async Task A_wrong_token_and_another_certificate_are_refused_and_nothing_is_left()
    {
        await using var center = await TestCenter.StartAsync();
        await using var joiner = await FakeJoiner.StartAsync(center);
        int pinned = center.Broker.Pinned.Count;

        Assert.Equal("lorica.joinToken", await CodeAsync(await AddAsync(center, joiner, JoinToken.New())));
        Assert.Equal(
            "lorica.hostUnreachable", await CodeAsync(await AddAsync(center, joiner, joiner.Token, new string('0', 64))));

        Assert.Equal(["h1"], (await center.GetAsync("hosts", RestJson.Default.ListModelHostModel)).Items.Select(h => h.Name));
        Assert.Equal(pinned, center.Broker.Pinned.Count);
        Assert.Null(joiner.Installed);
        Assert.DoesNotContain(await center.Store.ReadAsync(db => db.Raw.Tasks.ToListAsync()),
            t => (t.Arguments + t.Fault + t.Target).Contains(joiner.Token.Reveal(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_another_host_has_is_refused_and_nothing_is_left()
    {
        await using var center = await TestCenter.StartAsync();
        await using var joiner = await FakeJoiner.StartAsync(center);
        Assert.Equal("lorica.hostExists", await CodeAsync(await AddAsync(center, joiner, joiner.Token, name: "h1")));
        Assert.DoesNotContain(joiner.HostId, center.Broker.Pinned.Keys);
        Assert.Null(joiner.Installed);
    }

    [Fact]
    public async Task A_host_that_refuses_its_certificate_is_forgotten()
    {
        await using var center = await TestCenter.StartAsync();
        await using var joiner = await FakeJoiner.StartAsync(center);
        joiner.BeforeInstall = () => throw FaultCodec.ToRpc(new Fault(
            FaultTypes.InvalidArgument, "lorica.invalidArgument", "ca", "Not the center's CA.", ""));
        Assert.Equal("lorica.invalidArgument", await CodeAsync(await AddAsync(center, joiner, joiner.Token)));
        Assert.DoesNotContain(
            "node", (await center.GetAsync("hosts", RestJson.Default.ListModelHostModel)).Items.Select(h => h.Name));
        Assert.DoesNotContain(joiner.HostId, center.Broker.Pinned.Keys);
    }

    [Fact]
    public async Task A_host_whose_answer_was_lost_says_what_to_do_and_connects_by_itself_if_it_has_joined()
    {
        await using var center = await TestCenter.StartAsync();
        await using var joiner = await FakeJoiner.StartAsync(center);
        await BrokenOffAsync(center, joiner);
        var host = (await center.GetAsync("hosts", RestJson.Default.ListModelHostModel)).Items.Single(h => h.Name == "node");
        Assert.Equal("joining", host.State);
        Assert.Contains($"lorica host add {joiner.Address}", host.Detail, StringComparison.Ordinal);

        // It has joined, though nobody heard of it; also a center that was started again meanwhile finds it.
        joiner.AfterInstall = null;
        await center.RestartAsync();
        Assert.Equal("joining", await StateAsync(center, "node"));
        await joiner.RunAsync(center);
        await Wait.UntilAsync(async () => await StateAsync(center, "node") == "connected", "it is connected");
        Assert.Equal("", (await center.GetAsync("hosts/node", RestJson.Default.HostModel)).Detail);
    }

    [Fact]
    public async Task A_center_that_stops_before_the_host_took_its_certificate_says_so_and_the_next_attempt_succeeds()
    {
        await using var center = await TestCenter.StartAsync();
        await using var joiner = await FakeJoiner.StartAsync(center);
        var (reached, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        joiner.BeforeInstall = () =>
        {
            reached.TrySetResult();
            return never.Task;
        };
        var adding = AddAsync(center, joiner, joiner.Token);
        await reached.Task;
        await center.RestartAsync();
        never.SetException(new RpcException(new Status(StatusCode.Unavailable, "The line was cut.")));
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () => (await adding).EnsureSuccessStatusCode());

        Assert.Null(joiner.Installed);
        Assert.Equal("joining", await StateAsync(center, "node"));
        joiner.BeforeInstall = null;
        Assert.Equal(HttpStatusCode.Created, (await AddAsync(center, joiner, joiner.Token)).StatusCode);
        await joiner.RunAsync(center);
        await Wait.UntilAsync(async () => await StateAsync(center, "node") == "connected", "it is connected");
    }

    [Fact]
    public async Task A_join_that_was_broken_off_is_replaced_by_the_next_or_withdrawn()
    {
        await using var center = await TestCenter.StartAsync();
        await using var joiner = await FakeJoiner.StartAsync(center);
        await BrokenOffAsync(center, joiner);
        joiner.AfterInstall = null;
        Assert.Equal(HttpStatusCode.Created, (await AddAsync(center, joiner, joiner.Token)).StatusCode);
        Assert.Single((await center.GetAsync("hosts", RestJson.Default.ListModelHostModel)).Items, h => h.Name == "node");

        Assert.Equal(HttpStatusCode.NoContent, (await center.Http.DeleteAsync("/api/v1/hosts/node")).StatusCode);
        Assert.DoesNotContain(joiner.HostId, center.Broker.Pinned.Keys);
    }

    /// <summary>The host takes its certificate, but the center does not hear of it.</summary>
    private static async Task BrokenOffAsync(TestCenter center, FakeJoiner joiner)
    {
        joiner.AfterInstall = () => throw new RpcException(new Status(StatusCode.Unavailable, "The line was cut."));
        Assert.Equal("lorica.hostUnreachable", await CodeAsync(await AddAsync(center, joiner, joiner.Token)));
    }

    private static async Task<HttpResponseMessage> AddAsync(
        TestCenter center, FakeJoiner joiner, JoinToken token, string? certificate = null, string? name = null)
    {
        var probed = await center.PostAsync("hosts/probe", $$"""{"address":"{{joiner.Address}}"}""");
        Assert.True(probed.IsSuccessStatusCode, await probed.Content.ReadAsStringAsync());
        certificate ??= (await probed.Content.ReadFromJsonAsync(RestJson.Default.CertificateModel))!.Sha256;
        return await center.PostAsync("hosts",
            $$"""{"address":"{{joiner.Address}}","token":"{{token.Reveal()}}","certificateSha256":"{{certificate}}"{{(name is null ? "" : $",\"name\":\"{name}\"")}}}""");
    }

    private static async Task<string> CodeAsync(HttpResponseMessage reply)
    {
        Assert.False(reply.IsSuccessStatusCode);
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code;
    }

    private static async Task<string> StateAsync(TestCenter center, string host) =>
        (await center.GetAsync("hosts/" + host, RestJson.Default.HostModel)).State;
}
