using System.Net;
using System.Net.Http.Json;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Policies;

public sealed class PreflightTests
{
    private static readonly string Encrypt = $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""";

    [Fact]
    public async Task The_VM_of_the_center_and_the_VM_of_the_KMS_are_refused_over_REST_and_the_way_out_works()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("b");
        Assert.Equal(HttpStatusCode.NoContent,
            (await center.SendAsync(
                HttpMethod.Put, "settings/center.runsIn", """{"name":"center.runsIn","value":"a"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent,
            (await center.SendAsync(HttpMethod.Put, "providers/kms1/runs-in", """{"vm":"b"}""")).StatusCode);

        Assert.Equal(
            "lorica.vmRunsCenter", (await center.RefusedAsync("vms/a/policy", Encrypt, HttpStatusCode.NotImplemented)).Code);
        Assert.Equal(
            "lorica.vmRunsKms", (await center.RefusedAsync("vms/b/policy", Encrypt, HttpStatusCode.NotImplemented)).Code);
        Assert.Empty(center.Broker.Keys);

        Assert.Equal(
            HttpStatusCode.NoContent, (await center.SendAsync(HttpMethod.Delete, "settings/center.runsIn", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent,
            (await center.SendAsync(HttpMethod.Put, "providers/kms1/runs-in", """{"vm":null}""")).StatusCode);
        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy)).State);
        Assert.Equal("succeeded", (await center.SetPolicyAsync("b", TestCenter.EncryptionPolicy)).State);
    }

    [Fact]
    public async Task A_client_certificate_that_has_ended_is_refused_before_a_key_is_made()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.Store.WriteAsync(db => db.Raw.Providers.ExecuteUpdateAsync(
            s => s.SetProperty(p => p.ClientNotAfter, DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeSeconds())));

        var refused = await center.RefusedAsync("vms/a/policy", Encrypt, HttpStatusCode.Conflict);

        Assert.Equal(("lorica.certificateExpired", "kms1"), (refused.Code, refused.Object));
        refused = await center.RefusedAsync(
            "vms", $$"""{"name":"b","disks":[{"capacity":1048576}],"policy":"{{TestCenter.EncryptionPolicy}}"}""",
            HttpStatusCode.Conflict);
        Assert.Equal(("lorica.certificateExpired", "kms1"), (refused.Code, refused.Object));
        Assert.Equal("succeeded", (await center.CreateAsync("b")).State);
        Assert.Empty(center.Broker.Keys);
    }

    [Fact]
    public async Task A_check_tells_everything_and_does_nothing()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.Store.WriteAsync(db => db.Raw.Providers.ExecuteUpdateAsync(
            s => s.SetProperty(p => p.ClientNotAfter, DateTimeOffset.UtcNow.AddDays(10).ToUnixTimeSeconds())));

        var fine = await CheckAsync(center, Encrypt);
        Assert.Equal((true, "encrypt"), (fine.Ok, fine.Action));
        Assert.Equal(
            ["files ok", "rules ok", "center ok", "kms ok", "certificate warning", "space ok"],
            fine.Checks.Select(c => $"{c.Name} {c.Result}"));

        await center.PowerAsync("a", "on");
        var refused = await CheckAsync(center, Encrypt);
        Assert.Equal((false, "refused", "lorica.mustBeOff"), (refused.Ok, refused.Action, refused.Checks[^1].Code));
        Assert.Empty(center.Broker.Keys);
        Assert.Empty(center.Host.Started);
    }

    [Fact]
    public async Task A_VM_with_snapshots_is_refused()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.Vms.Values.Single().Snapshots = 2;

        var refused = await center.RefusedAsync("vms/a/policy", Encrypt, HttpStatusCode.Conflict);

        Assert.Equal(("InvalidVmConfig", "msg.hostd.configSpec.enc.snapshots"), (refused.Title, refused.Code));
    }

    [Fact]
    public async Task A_crypto_request_under_a_policy_that_does_not_fit_is_a_bad_policy()
    {
        await using var center = await TestCenter.StartAsync();
        await center.AddProviderAsync("kms2");
        await center.CreateAsync("a");

        var refused = await center.RefusedAsync(
            "vms/a/policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}","crypto":"encrypt"}""", HttpStatusCode.BadRequest);
        Assert.Equal(("InvalidDeviceSpec", "msg.hostd.deviceSpec.enc.badPolicy"), (refused.Title, refused.Code));
        refused = await center.RefusedAsync(
            "vms/a/policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}","crypto":"decrypt"}""", HttpStatusCode.Conflict);
        Assert.Equal("msg.hostd.configSpec.enc.notEncrypted", refused.Code);

        var task = await center.DoAsync(
            "vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","crypto":"encrypt","provider":"kms2"}""");
        Assert.Equal("succeeded", task.State);
        Assert.Equal("kms2", (await center.VmAsync("a")).Key!.Provider);
        refused = await center.RefusedAsync("vms/a/policy",
            $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","disks":["virtio0:0"],"crypto":"encrypt"}""",
            HttpStatusCode.Conflict);
        Assert.Equal(("InvalidDeviceOperation", "msg.hostd.deviceSpec.enc.encrypted"), (refused.Title, refused.Code));
    }

    private static async Task<PreflightModel> CheckAsync(TestCenter center, string json)
    {
        var reply = await center.PostAsync("vms/a/policy/check", json);
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.PreflightModel))!;
    }
}
