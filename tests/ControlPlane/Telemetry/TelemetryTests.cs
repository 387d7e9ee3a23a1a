using System.Net;
using System.Text.Json;
using Lorica.Contracts.Configs;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Telemetry;

// Instruments belong to the process: other centers in it would be counted, too.
[Collection(AloneCollection.Name)]
public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_count_tasks_VMs_and_alarms_on_a_listener_that_serves_nothing_else()
    {
        await using var center = await TestCenter.StartAsync(provider: false, configure: c => c.Telemetry.Listen = "127.0.0.1:0");
        await center.CreateAsync("a");
        using var http = new HttpClient { BaseAddress = center.Addresses.Single(a => a.Scheme == "http") };

        string text = "";
        await Wait.UntilAsync(
            async () => (text = await http.GetStringAsync("/metrics")).Contains("lorica_vms{", StringComparison.Ordinal),
            "VMs are counted");

        Assert.Matches(
            "(?m)^lorica_task_duration_seconds_count\\{[^}]*kind=\"vm.create\"[^}]*state=\"succeeded\"[^}]*\\} ", text);
        Assert.Contains("lorica_store_write_duration_seconds_count", text, StringComparison.Ordinal);
        Assert.Contains("lorica_events", text, StringComparison.Ordinal);
        Assert.Equal("ready\n", await http.GetStringAsync("/health/ready"));
        foreach (string path in new[] { "/", "/api/v1/vms", "/openapi/v1.json", "/health", "/docs/" })
        {
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await http.GetAsync(path)).StatusCode));
        }

        using var post = await http.PostAsync(
            "/api/v1/session", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.NotFound, post.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await center.Http.GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task A_listener_for_metrics_that_is_not_loopback_is_refused()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestCenter.StartAsync(provider: false, configure: c => c.Telemetry.Listen = "0.0.0.0:0"));
        Assert.Contains("loopback", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_and_ready_need_no_session()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        using var nobody = center.Anonymous();
        Assert.Equal("live\n", await nobody.GetStringAsync("/health/live"));
        Assert.Equal("ready\n", await nobody.GetStringAsync("/health/ready"));
    }

    [Fact]
    public void A_configuration_without_telemetry_has_its_defaults()
    {
        var config = JsonSerializer.Deserialize(
            """{"stateFolder":".","listen":"x","certificate":"c","key":"k","ca":"a","brokerSocket":"b","brokerPin":"p"}""",
            ConfigJson.Default.CenterConfig)!;
        Assert.Null(config.Telemetry.Listen);
        Assert.Equal(500, config.Limits.PerAddress);
    }
}
