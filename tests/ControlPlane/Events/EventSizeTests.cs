using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.History;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Events;

/// <summary>Events are kept for ever: what that costs.</summary>
public sealed class EventSizeTests(ITestOutputHelper output)
{
    /// <summary>Of docs/formats/event-log.md.</summary>
    private const int MostBytes = 600, Events = 20_000, Batch = 2_000;

    [Fact]
    public async Task An_event_of_usual_length_takes_no_more_of_the_database_than_the_document_says()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var log = center.Service<EventLog>();
        long before = await SizeAsync(center);
        for (int batch = 0; batch < Events / Batch; batch++)
        {
            await center.Store.WriteAsync(db =>
            {
                for (int i = 0; i < Batch; i++)
                {
                    string vm = Guid.NewGuid().ToString("D");
                    var caller = new Caller("administrator")
                    {
                        Origin = new RequestOrigin("192.168.100.200", "5e551015e5510151", $"{(batch * Batch) + i:x16}"),
                    };
                    log.Add(db, EventIds.CryptoOperation, caller, new ObjectRef(ObjectKinds.Vm, vm, "web-frontend-17"),
                        $"administrator: vm.encrypt of web-frontend-17, task {Guid.NewGuid():D}; new key "
                            + $"kms1/{Guid.NewGuid():D}; keys before: none");
                }

                return Task.CompletedTask;
            });
        }

        long bytes = (await SizeAsync(center) - before) / Events;
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        var head = await center.Service<EventService>().HeadAsync(new Caller("administrator"), verify: true, default);
        output.WriteLine($"{bytes} bytes an event; {head.Number} events walked in "
            + $"{System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");

        Assert.True(head.Intact, head.Trouble);
        Assert.InRange(bytes, 1, MostBytes);
    }

    /// <summary>What the database holds, whatever of it stands in which file.</summary>
    private static Task<long> SizeAsync(TestCenter center) => center.Store.ReadAsync(async db =>
        (await db.Raw.Database
            .SqlQuery<long>($"SELECT page_count * page_size AS Value FROM pragma_page_count(), pragma_page_size()")
            .ToListAsync()).Single());
}
