using System.Diagnostics.Metrics;
using Lorica.Kmip.Messages;

namespace Lorica.Kmip.Tests.Client;

/// <summary>What the client's meter tells.</summary>
public sealed class MeterTests(KmipPki pki) : IClassFixture<KmipPki>
{
    [Fact]
    public async Task Each_request_is_measured_with_server_operation_and_outcome_and_nothing_else()
    {
        await using var peer = new ScriptedPeer(
            pki, (request, right) =>
                ScriptedPeer.OperationOf(request) == (int)Operation.Destroy
                    ? "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray() : right);
        await using var client = peer.Client();
        var told = new List<(string Operation, string Outcome, int Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Lorica.Kmip")
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(t => t.Key, t => (string)t.Value!);
            if (all["server"] != client.Server)
                return;
            Assert.True(seconds > 0);
            told.Add((all["operation"], all["outcome"], all.Count));
        });
        listener.Start();

        string id = await client.CreateSymmetricKeyAsync(null, default);
        await client.GetStateAsync(id, default);
        var unknown = await Assert.ThrowsAsync<KmipException>(() => client.GetStateAsync("nobody", default));
        var rubbish = await Assert.ThrowsAsync<KmipException>(() => client.DestroyAsync(id, default));

        Assert.Equal((KmipErrorKind.Refused, KmipErrorKind.Protocol), (unknown.Kind, rubbish.Kind));
        Assert.Equal(
            [("DiscoverVersions", "ok", 3), ("Create", "ok", 3), ("GetAttributes", "ok", 3), ("GetAttributes", "refused", 3),
                ("Destroy", "protocol", 3)], told);
    }
}
