using System.Text;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;
using Lorica.SystemTests.Support.Otlp;

namespace Lorica.SystemTests;

/// <summary>What real processes tell a real collector, and on their listeners for metrics.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task One_trace_spans_center_and_host_and_nothing_that_is_told_is_secret()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        int metrics = FreePorts.Take(2);
        await using var up = await LoricaUp.StartAsync(more: ["--otlp", collector.Address, "--metrics-port",
            metrics.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await up.AddEmbeddedKmsAsync();
        var guest = new Guest(up, "web");
        await up.JsonAsync("vm", "import", "web", "--disk", await GuestImage.PathAsync());
        string vm = (await up.ShowAsync("web"))["id"]!.GetValue<string>();
        string token = (await up.JsonAsync("token", "create"))["secret"]!.GetValue<string>();

        string task = (await up.JsonAsync("vm", "policy", "set", "web", "VM Encryption Policy"))["id"]!.GetValue<string>();

        ReceivedSpan? job = null;
        await Wait.UntilAsync(
            () => Task.FromResult((job = collector.Spans.FirstOrDefault(s => s.Name == "job encrypt"
                && s.Tags.GetValueOrDefault("lorica.task") == task)) is not null),
            "the host's job is traced");
        await Wait.UntilAsync(() => Task.FromResult(RootOf(collector.Spans, job!) is not null), "the trace is whole");
        var trace = collector.Spans.Where(s => s.Trace == job!.Trace).ToList();
        Assert.Equal(("lorica-host", vm), (job!.Service, job.Tags["lorica.vm"]));
        var work = Assert.Single(
            trace, s => s is { Service: "lorica-center", Source: "Lorica.ControlPlane", Name: "task vm.encrypt" });
        Assert.Equal((task, vm), (work.Tags["lorica.task"], work.Tags["lorica.vm"]));
        Assert.Contains(work, Above(trace, job));
        var root = RootOf(collector.Spans, job)!;
        Assert.Equal(
            ("lorica-center", "Microsoft.AspNetCore", "POST /api/v1/vms/{vm}/policy", "202"),
            (root.Service, root.Source, root.Name, root.Tags["http.response.status_code"]));
        Assert.Contains(root, Above(trace, work));

        await guest.PowerOnAndWaitAsync();
        var (center, host) = (await MetricsAsync(metrics), "");
        Assert.True(Counts(center, "lorica_kms_call_duration_seconds_count", "server=\"127.0.0.1:", "operation=\"Create\"",
            "outcome=\"ok\""), center);
        string[] reads = new[] { $"vm=\"{vm}\"", "direction=\"read\"" };
        await Wait.UntilAsync(
            async () => Counts(host = await MetricsAsync(metrics + 1), "lorica_host_vm_disk_io_bytes_total", reads),
            "the host tells what the guest read");
        Assert.True(Counts(host, "lorica_host_vm_disk_operations_total", reads), host);
        await up.JsonAsync("vm", "power", "off", "web", "--hard");

        // The exporter's own calls are no spans: they would beget each other.
        Assert.DoesNotContain(collector.Spans,
            s => s.Tags.Values.Any(v => v.Contains(new Uri(collector.Address).Authority, StringComparison.Ordinal)));
        string told = string.Join('\n', collector.Messages.Select(Encoding.UTF8.GetString)) + center + host;
        string session = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(up.Folder, "profile.json")))!["token"]!.GetValue<string>();
        Assert.All([up.Password, token, session], secret => Assert.DoesNotContain(secret, told, StringComparison.Ordinal));
    }

    private static async Task<string> MetricsAsync(int port)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync($"http://127.0.0.1:{port}/metrics");
    }

    /// <summary>Whether a metric with all these labels is above zero.</summary>
    private static bool Counts(string metrics, string name, params string[] labels) => metrics.Split('\n').Any(line =>
        line.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(l => line.Contains(l, StringComparison.Ordinal))
        && line.Split('}')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0] != "0");

    /// <summary>The spans above one, nearest first.</summary>
    private static List<ReceivedSpan> Above(IReadOnlyList<ReceivedSpan> spans, ReceivedSpan span)
    {
        var above = new List<ReceivedSpan>();
        for (var next = span; next is not null && above.Count < 100;)
        {
            next = spans.FirstOrDefault(s => s.Trace == span.Trace && s.Id == next!.Parent);
            if (next is not null)
                above.Add(next);
        }

        return above;
    }

    /// <summary>The span in which everything began; null while it has not come.</summary>
    private static ReceivedSpan? RootOf(IReadOnlyList<ReceivedSpan> spans, ReceivedSpan span) =>
        Above(spans, span).LastOrDefault() is { Parent.Length: 0 } root ? root : null;
}
