using Google.Protobuf;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Kept;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tests.Policies;

/// <summary>On which host a VM is put when nobody names one.</summary>
public sealed class HostChoiceTests
{
    private static readonly Dictionary<string, IReadOnlySet<string>> Tags = new() { ["fast"] = new HashSet<string> { "gold" } };

    [Fact]
    public void It_goes_to_the_host_with_the_fewest_VMs_and_of_equal_ones_to_the_first_by_name()
    {
        Assert.Equal("h2",
            Choose(PolicyCatalog.DatastoreDefault, [Host("h1"), Host("h2")], vms: new() { ["h1"] = 2, ["h2"] = 1 }).Host.Name);
        Assert.Equal("h1", Choose(PolicyCatalog.DatastoreDefault, [Host("h2"), Host("h1")]).Host.Name);
    }

    [Fact]
    public void It_never_goes_to_a_host_that_is_not_connected_or_in_maintenance()
    {
        var (away, resting, there) = (Host("h1"), Host("h2"), Host("h3"));
        (away.State, resting.Maintenance) = ("disconnected", true);
        Assert.Equal("h3", Choose(PolicyCatalog.DatastoreDefault, [away, resting, there], vms: new() { ["h3"] = 9 }).Host.Name);
    }

    [Fact]
    public void It_goes_where_the_named_datastore_is_seen_and_can_be_used()
    {
        Assert.Equal("h2", Choose(PolicyCatalog.DatastoreDefault, [Host("h1"), Host("h2", "ds1", "slow")], "slow").Host.Name);
        Assert.Equal("h2", Choose(PolicyCatalog.DatastoreDefault, [Host("h1", "!ds1"), Host("h2")], "ds1").Host.Name);
    }

    [Fact]
    public void It_goes_where_a_datastore_carries_the_tags_of_the_policy()
    {
        var gold = PolicyCatalog.DatastoreDefault with { Rules = PolicyCatalog.DatastoreDefault.Rules with { Tags = ["gold"] } };
        Assert.Equal(("h2", "fast"),
            Choose(gold, [Host("h1"), Host("h2", "ds1", "fast")]) is var c ? (c.Host.Name, c.Datastore) : default);
    }

    [Fact]
    public void What_is_to_be_encrypted_goes_where_encryption_mode_is_on_and_what_is_not_goes_anywhere()
    {
        List<HostRow> hosts = [Made("h1", "incapable"), Made("h2", "safe")];
        Assert.Equal("h2", Choose(PolicyCatalog.Encryption, hosts).Host.Name);
        Assert.Equal("h1", Choose(PolicyCatalog.DatastoreDefault, hosts).Host.Name);
    }

    [Fact]
    public void When_none_fits_the_refusal_says_why_of_each()
    {
        var (away, resting) = (Host("h1"), Host("h2"));
        (away.State, resting.Maintenance) = ("disconnected", true);
        var refused = Assert.Throws<FaultException>(
            () => Choose(PolicyCatalog.DatastoreDefault, [away, resting, Host("h3")], "slow")).Fault;
        Assert.Equal("lorica.noHostFits", refused.Key);
        Assert.Equal(
            "No host can take it: h1 is not connected; h2 is in maintenance; h3 has no datastore slow.", refused.Message);
    }

    private static (HostRow Host, string Datastore) Choose(
        StoragePolicy policy, List<HostRow> hosts, string? datastore = null, Dictionary<string, int>? vms = null) =>
        HostChoice.Choose(policy, hosts, vms ?? [], Tags, datastore);

    /// <summary>
    /// A host that sees the given datastores (<c>ds1</c> when none are given); one with <c>!</c> it cannot use.
    /// </summary>
    private static HostRow Host(string name, params string[] datastores) => Made(name, "safe", datastores);

    private static HostRow Made(string name, string mode, params string[] datastores)
    {
        var description = new KeptHost { HostId = name, Name = name, CryptoMode = mode };
        description.Datastores.AddRange((datastores.Length == 0 ? ["ds1"] : datastores).Select(d => new KeptDatastore
        {
            Name = d.TrimStart('!'), Problem = d.StartsWith('!') ? "not mounted" : "", Free = 1 << 20,
        }));
        return new HostRow
        {
            Id = name, Name = name, Address = "", Pin = "", State = "connected", Description = description.ToByteArray(),
        };
    }
}
