using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.ControlPlane.Preflight;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tests.Policies;

/// <summary>Pre-flight refusals: each with its reason and the way out.</summary>
public sealed class PreflightRulesTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_VM_that_runs_the_center_is_not_encrypted()
    {
        Refused("lorica.vmRunsCenter", Order(), Facts() with { CenterVm = "vm" });
        Assert.DoesNotContain(PreflightRules.Check(Order(provider: null), Facts() with { CenterVm = "vm" }), f => f.Refuses);
        Assert.DoesNotContain(PreflightRules.Check(Order(), Facts() with { CenterVm = "other" }), f => f.Refuses);
    }

    [Fact]
    public void A_VM_in_which_the_provider_s_KMS_runs_is_not_encrypted() =>
        Refused("lorica.vmRunsKms", Order(), Facts() with { Guests = new Dictionary<string, string> { ["p"] = "vm" } });

    [Fact]
    public void A_ring_of_KMSs_that_wait_for_each_other_is_refused_too()
    {
        // The key comes from p; p's KMS runs in w, w is encrypted by q, and q's KMS runs in this VM.
        var facts = Facts() with
        {
            Guests = new Dictionary<string, string> { ["p"] = "w", ["q"] = "vm" },
            Needs = new[] { ("w", "q") }.ToLookup(n => n.Item1, n => n.Item2),
        };

        Refused("lorica.vmRunsKms", Order(), facts);
    }

    [Fact]
    public void Another_provider_s_KMS_in_the_VM_is_warned_of_only()
    {
        var found = PreflightRules.Check(Order(), Facts() with { Guests = new Dictionary<string, string> { ["q"] = "vm" } })
            .ToList();

        Assert.DoesNotContain(found, f => f.Refuses);
        Assert.Equal("lorica.vmRunsKms", Assert.Single(found, f => f.Fault is not null).Fault!.Key);
    }

    [Theory]
    [InlineData(-1, "lorica.certificateExpired", true)]
    [InlineData(0.5, "lorica.certificateEnds", true)]
    [InlineData(29, "lorica.certificateEnds", false)]
    [InlineData(31, null, false)]
    public void A_certificate_that_ended_or_is_about_to_refuses_and_one_that_ends_soon_warns(
        double days, string? key, bool refuses)
    {
        var facts = Facts() with
        {
            Certificates = [new ProviderCertificate("The client certificate of p", Now.AddDays(days), Client: true)],
        };

        var found = Assert.Single(PreflightRules.Check(Order(), facts), f => f.Check == "certificate");

        Assert.Equal((key, refuses), (found.Fault?.Key, found.Refuses));
    }

    [Fact]
    public void A_datastore_without_room_for_the_side_file_refuses()
    {
        var facts = Facts() with { Free = new Dictionary<string, long> { ["ds1"] = PreflightRules.SideFileSpace - 1 } };

        Refused("lorica.noSpace", Order(), facts);
        Refused("lorica.noSpace", Order(provider: null, PreflightAction.Decrypt), facts);
        Assert.DoesNotContain(PreflightRules.Check(Order("p", PreflightAction.RecryptShallow), facts), f => f.Refuses);
    }

    [Fact]
    public void A_clone_needs_room_for_its_disks_where_it_will_lie()
    {
        var order = Order("p", PreflightAction.Clone) with { Target = ("h2", "ds2") };
        long wanted = (1L << 30) + SpaceLimits.CopyReserve;

        Refused("lorica.noSpace", order, Facts() with { Free = new Dictionary<string, long> { ["ds2"] = wanted - 1 } });
        Assert.DoesNotContain(
            PreflightRules.Check(order, Facts() with { Free = new Dictionary<string, long> { ["ds2"] = wanted } }), f =>
                f.Refuses);
    }

    [Fact]
    public void A_named_key_that_belongs_to_another_VM_is_in_use_and_its_users_are_named()
    {
        var fault = Refused("lorica.keyInUse", Order() with { KeyId = "k" }, Facts() with { KeyUsers = ["db1", "web1"] });

        Assert.Equal(FaultTypes.ResourceInUse, fault.Type);
        Assert.Contains("db1, web1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_moves_between_hosts_on_a_datastore_that_is_full()
    {
        var order = Order(provider: null, PreflightAction.Migrate) with { Target = ("h2", "ds1") };

        var fault = Refused("lorica.noSpace", order, Facts() with { Free = new Dictionary<string, long> { ["ds1"] = 4096 } });

        Assert.Equal((FaultTypes.NoDiskSpace, "ds1"), (fault.Type, fault.Object));
        Assert.DoesNotContain(
            PreflightRules.Check(order, Facts() with { Free = new Dictionary<string, long> { ["ds1"] = 2 << 20 } }), f =>
                f.Refuses);
    }

    private static Fault Refused(string key, PreflightRequest order, PreflightFacts facts)
    {
        var found = PreflightRules.Check(order, facts).First(f => f.Refuses);
        Assert.Equal(key, found.Fault!.Key);
        Assert.NotEmpty(found.Fault.Hint);
        return found.Fault;
    }

    private static PreflightFacts Facts() => new() { Now = Now };

    private static PreflightRequest Order(string? provider = "p", PreflightAction action = PreflightAction.Encrypt) => new(
        new VmRow { Id = "vm", Name = "web1", HostId = "h", Datastore = "ds1", State = VmStates.Present },
        new VmFiles { VmId = "vm", Name = "web1" }, action, provider,
        [new VmDisk
        {
            Label = "virtio0:0", Capacity = 1L << 40,
            Links = [new VmDiskLink { Path = "[ds1] web1/0.vmdk", Used = 1L << 30, Provisioning = DiskFormat.Thin }],
        }]);
}
