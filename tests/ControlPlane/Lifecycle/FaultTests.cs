using System.Net;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using VmPowerState = Lorica.Contracts.Host.VmPowerState;

namespace Lorica.ControlPlane.Tests.Lifecycle;

/// <summary>Rows of the table of faults: type, key, and every operation that meets it.</summary>
public sealed class FaultTests
{
    private static readonly string Encrypt = $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""";
    private static readonly string Decrypt = $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}""";

    /// <summary>Operations on an encrypted VM that must be off, and off without snapshots.</summary>
    private static readonly (string Path, string Body)[] Whole =
    [
        ("policy", Decrypt), ("recrypt", """{"mode":"deep"}"""), ("clone", """{"name":"b"}"""),
        ("relocate", """{"diskFormat":"eagerZeroed"}"""),
    ];

    [Fact]
    public async Task InvalidPowerState_what_must_be_off()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("p");
        await center.PowerAsync("a", "on");
        await center.PowerAsync("p", "on");

        foreach (var (path, body) in Whole.Concat(
        [
            ("unregister", ""), ("disks", """{"capacity":1048576}"""), ("disks/attach", """{"path":"[ds1] x/x.vmdk"}"""),
            ("disks/virtio0:0/detach", ""), ("disks/virtio0:0/resize", """{"capacity":2097152}"""),
        ]))
        {
            var refused = await center.RefusedAsync("vms/a/" + path, body, HttpStatusCode.Conflict);
            Assert.Equal((FaultTypes.InvalidPowerState, "lorica.mustBeOff", "a"), (refused.Title, refused.Code, refused.Object));
        }

        Assert.Equal(FaultTypes.InvalidPowerState, (await center.RefusedAsync("vms/p/policy", Encrypt)).Title);
        Assert.Equal(HttpStatusCode.Conflict, (await center.Http.DeleteAsync("/api/v1/vms/a")).StatusCode);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""")).State);
        Assert.Equal("poweredOn", (await center.VmAsync("a")).PowerState);
    }

    [Fact]
    public async Task InvalidVmConfig_snapshots_what_is_done_without_them_only()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.Vms.Values.Single().Snapshots = 1;
        foreach (var (path, body) in Whole)
        {
            var refused = await center.RefusedAsync("vms/a/" + path, body, HttpStatusCode.Conflict);
            Assert.Equal((FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.snapshots", "a"),
                (refused.Title, refused.Code, refused.Object));
        }

        Assert.Empty(center.Host.Started);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""")).State);
    }

    [Fact]
    public async Task InvalidVmConfig_encrypted_and_notEncrypted_a_request_that_the_files_do_not_fit()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("p");
        var refused = await center.RefusedAsync(
            "vms/a/policy", Encrypt.Replace("}", ",\"crypto\":\"encrypt\"}", StringComparison.Ordinal));
        Assert.Equal((FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.encrypted"), (refused.Title, refused.Code));
        refused = await center.RefusedAsync(
            "vms/p/policy", Decrypt.Replace("}", ",\"crypto\":\"decrypt\"}", StringComparison.Ordinal));
        Assert.Equal((FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.notEncrypted"), (refused.Title, refused.Code));
        foreach (string mode in (string[])["shallow", "deep"])
        {
            refused = await center.RefusedAsync("vms/p/recrypt", $$"""{"mode":"{{mode}}"}""");
            Assert.Equal((FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.notEncrypted"), (refused.Title, refused.Code));
        }
    }

    [Fact]
    public async Task Order_of_checks_privilege_power_snapshots_encryptedness()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("p");
        await center.PowerAsync("p", "on");
        var vm = center.Host.Vms.Values.Single();
        vm.Snapshots = 1;
        var nobody = await People.WithoutAsync(center, Privileges.Recrypt);
        var noPermission = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.RecryptAsync(nobody, "p", new RecryptBody("deep"), default));
        Assert.Equal(FaultTypes.NoPermission, noPermission.Fault.Type);

        const string Deep = """{"mode":"deep"}""";
        Assert.Equal(FaultTypes.InvalidPowerState, (await center.RefusedAsync("vms/p/recrypt", Deep)).Title);
        vm.PowerState = VmPowerState.Off;
        Assert.Equal("msg.hostd.configSpec.enc.snapshots", (await center.RefusedAsync("vms/p/recrypt", Deep)).Code);
        vm.Snapshots = 0;
        Assert.Equal("msg.hostd.configSpec.enc.notEncrypted", (await center.RefusedAsync("vms/p/recrypt", Deep)).Code);
    }

    [Fact]
    public async Task InvalidDeviceSpec_notFile_a_path_at_which_no_disk_is()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var refused = await center.RefusedAsync("vms/a/disks/attach", """{"path":"[ds1] x/x.vmdk"}""", HttpStatusCode.BadRequest);
        Assert.Equal((FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.notFile"), (refused.Title, refused.Code));
    }

    [Fact]
    public async Task InvalidArgument_server_info_name_a_provider_without_a_name()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        foreach (string name in new[] { "", "a\\u0007b", new string('x', 81) })
        {
            var refused = await center.RefusedAsync(
                "providers", $$"""{"name":"{{name}}","servers":[{"host":"127.0.0.1","port":5696,"certificateSha256":"{{new string('a', 64)}}"}]}""", HttpStatusCode.BadRequest);
            Assert.Equal((FaultTypes.InvalidArgument, "server.info.name"), (refused.Title, refused.Code));
        }

        Assert.Empty(center.Broker.Configured);
    }

    [Fact]
    public async Task AlreadyExists_and_NotFound_name_what_there_is_and_what_there_is_not()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var refused = await center.RefusedAsync(
            "vms", """{"name":"a","disks":[{"capacity":1048576}]}""", HttpStatusCode.Conflict);
        Assert.Equal((FaultTypes.AlreadyExists, "a"), (refused.Title, refused.Object));
        refused = await center.RefusedAsync("vms/none/power", """{"action":"on"}""", HttpStatusCode.NotFound);
        Assert.Equal((FaultTypes.NotFound, "none"), (refused.Title, refused.Object));
    }
}
