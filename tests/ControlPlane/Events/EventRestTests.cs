using System.Globalization;
using System.Net;
using System.Text.Json;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Events;

public sealed class EventRestTests
{
    [Fact]
    public async Task An_export_is_JSON_lines_that_anybody_can_check()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var reply = await center.Http.GetAsync("/api/v1/events/export");

        Assert.Equal("application/jsonl", reply.Content.Headers.ContentType?.MediaType);
        var check = new EventChainCheck();
        foreach (string line in (await reply.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(check.Next(JsonSerializer.Deserialize(line, RestJson.Default.EventModel)!), check.Trouble);
        }

        var head = await center.GetAsync("events/head?verify=true", RestJson.Default.EventHeadModel);
        Assert.Equal((check.Number, check.Hash, true), (head.Number, head.Hash, head.Intact));
    }

    [Fact]
    public async Task Pages_and_exports_hold_every_event_once_however_many_there_are()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var log = center.Services.GetRequiredService<EventLog>();
        await center.Store.WriteAsync(db =>
        {
            for (int i = 0; i < 2500; i++)
            {
                log.Add(db, "test", "u", "o", i.ToString(CultureInfo.InvariantCulture));
            }

            return Task.CompletedTask;
        });
        var expected = Enumerable.Range(0, 2500).Select(i => i.ToString(CultureInfo.InvariantCulture));

        string[] lines = (await center.Http.GetStringAsync("/api/v1/events/export?id=test"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, lines.Select(l => JsonSerializer.Deserialize(l, RestJson.Default.EventModel)!.Message));

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await center.GetAsync(
                $"events?id=test&limit=1000&{(cursor is null ? "after=0" : "cursor=" + cursor)}",
                RestJson.Default.ListModelEventModel);
            seen.AddRange(page.Items.Select(e => e.Message));
            cursor = page.Next;
        }
        while (cursor is not null);
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task Events_are_found_by_the_object_that_they_are_about()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.KmsDown = true;
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "locked", "the VM is locked");
        string id = (await center.VmAsync("a")).Id;

        var found = await center.GetAsync(
            $"events?object={id}&id=com.vmware.vc.vm.Crypto.*", RestJson.Default.ListModelEventModel);

        var e = Assert.Single(found.Items);
        Assert.Equal((EventIds.LockedClusterError, "vm", "a"), (e.Id, e.ObjectKind, e.Object));
    }

    [Fact]
    public async Task The_stream_goes_on_after_the_last_event_that_a_client_saw()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var log = center.Services.GetRequiredService<EventLog>();
        string? last;
        using (var stream = await Sse.OpenAsync(center.Http, "/api/v1/events/stream?id=test"))
        {
            await log.AddAsync("test", "u", "o", "one");
            Assert.Equal("one", (await stream.NextAsync(RestJson.Default.EventModel)).Message);
            last = stream.LastId;
        }

        await log.AddAsync("test", "u", "o", "two");
        using var again = await Sse.OpenAsync(center.Http, "/api/v1/events/stream?id=test", last);
        Assert.Equal("two", (await again.NextAsync(RestJson.Default.EventModel)).Message);
        await log.AddAsync("test", "u", "o", "three");
        Assert.Equal("three", (await again.NextAsync(RestJson.Default.EventModel)).Message);
    }

    [Fact]
    public async Task Nobody_reads_events_without_a_session()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        using var nobody = center.Anonymous();
        foreach (string path in new[] { "events", "events/export", "events/stream", "events/head", "tasks/stream", "alarms" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/api/v1/" + path)).StatusCode);
        }
    }
}
