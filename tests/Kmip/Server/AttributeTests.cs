using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Server;

/// <summary>Attributes and Locate.</summary>
public sealed class AttributeTests
{
    private readonly Asker _asker = new();

    [Fact]
    public void Add_modify_and_delete_echo_the_attribute()
    {
        string id = _asker.Create();
        Assert.Equal("one", Assert.Single(_asker.Ask(Operation.AddAttribute, id, Asker.Text("x-Tag", "one")).Attributes()).Text);
        Assert.Equal(1, Assert.Single(_asker.Ask(Operation.AddAttribute, id, Asker.Text("x-Tag", "two")).Attributes()).Index);
        Assert.Equal("three",
            Assert.Single(_asker.Ask(Operation.ModifyAttribute, id, Asker.Text("x-Tag", "three", 1)).Attributes()).Text);
        var deleted = _asker.Ask(Operation.DeleteAttribute, id, w =>
        {
            w.Text(Tags.AttributeName, "x-Tag");
            w.Integer(Tags.AttributeIndex, 0);
        });
        Assert.Equal("one", Assert.Single(deleted.Attributes()).Text);
        Assert.Equal("three", Assert.Single(Read(id, "x-Tag")).Text);
    }

    [Fact]
    public void An_attribute_that_there_is_not_has_the_reason_of_each_operation()
    {
        string id = _asker.Create();
        Assert.Equal(
            KmipResultReason.PermissionDenied, _asker.Ask(Operation.AddAttribute, id, Asker.Text("Nonsense", "v")).Reason);
        Assert.Equal(
            KmipResultReason.InvalidField, _asker.Ask(Operation.ModifyAttribute, id, Asker.Text("Nonsense", "v")).Reason);
        Assert.Equal(KmipResultReason.ItemNotFound,
            _asker.Ask(Operation.DeleteAttribute, id, w => w.Text(Tags.AttributeName, "Nonsense")).Reason);
    }

    [Theory]
    [InlineData("Activation Date", "Deactivation Date")]
    [InlineData("Activation Date", "Protect Stop Date")]
    [InlineData("Protect Stop Date", "Deactivation Date")]
    [InlineData("Process Start Date", "Deactivation Date")]
    public void Dates_out_of_order_are_refused_at_the_start_and_later(string earlier, string later)
    {
        static Action<TtlvWriter> Date(string name, long value) => w =>
        {
            w.Begin(Tags.Attribute);
            w.Text(Tags.AttributeName, name);
            w.DateTime(Tags.AttributeValue, value);
            w.End();
        };
        const long Far = 4_000_000_000;
        Assert.Equal(KmipResultReason.InvalidField,
            _asker.Ask(Operation.Create, Asker.Template(Date(earlier, Far + 1), Date(later, Far))).Reason);
        string id = _asker.Create();
        Assert.Null(_asker.Ask(Operation.AddAttribute, id, Date(earlier, Far)).Reason);
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.AddAttribute, id, Date(later, Far - 1)).Reason);
        Assert.Null(_asker.Ask(Operation.AddAttribute, id, Date(later, Far)).Reason);
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.ModifyAttribute, id, Date(earlier, Far + 1)).Reason);
    }

    [Fact]
    public void What_may_leave_the_server_is_always_said_in14()
    {
        var found = Read(_asker.Create(), "Sensitive").Concat(Read(_asker.Create(), "Extractable")).ToList();
        Assert.Equal([0, 1], found.Select(a => a.Number));
    }

    [Theory]
    [InlineData("State")]
    [InlineData("Unique Identifier")]
    [InlineData("Initial Date")]
    [InlineData("Object Type")]
    [InlineData("Digest")]
    [InlineData("y-Thing")]
    [InlineData("Nonsense")]
    public void What_is_the_servers_is_not_the_clients_to_set(string name)
    {
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.Create, Asker.Template(Asker.Text(name, "v"))).Reason);
        Assert.Equal(KmipResultReason.PermissionDenied,
            _asker.Ask(Operation.AddAttribute, _asker.Create(), Asker.Text(name, "v")).Reason);
    }

    [Fact]
    public void What_a_new_version_brought_is_hidden_from_an_old_client()
    {
        string id = _asker.Create(Asker.Text("Comment", "new"));
        Assert.Single(Read(id, "Comment"));
        _asker.Version = KmipVersion.V13;
        Assert.Empty(Read(id, "Comment"));
        Assert.DoesNotContain("Comment", _asker.Ask(Operation.GetAttributeList, id).Texts(Tags.AttributeName));
        Assert.Equal(KmipResultReason.InvalidField,
            _asker.Ask(Operation.Create, Asker.Template(Asker.Text("Comment", "x"))).Reason);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "42004205000000040000000100000000")]
    [InlineData(4, "42004205000000040000000100000000")]
    public void The_digest_is_the_sha256_of_the_key_and_follows_the_version(int minor, string format)
    {
        _asker.Version = new(1, minor);
        string id = _asker.Create();
        string sha = "";
        _asker.Store.Read(id, material => sha = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(material)));

        // The whole structure: hashing algorithm SHA-256, value, and nothing but the format after it.
        string inner = "42003805000000040000000600000000" + "4200350800000020" + sha + format;
        string expected =
            "42000B01" + (inner.Length / 2).ToString("X8", System.Globalization.CultureInfo.InvariantCulture) + inner;
        foreach (bool named in new[] { false, true })
        {
            var answer = _asker.Ask(Operation.GetAttributes, id, w =>
            {
                if (named)
                {
                    w.Text(Tags.AttributeName, "Digest");
                }
            });
            Assert.Equal(
                named || minor > 0, Convert.ToHexString(answer.Payload).Contains(expected, StringComparison.Ordinal));
        }

        Assert.Contains("Digest", _asker.Ask(Operation.GetAttributeList, id).Texts(Tags.AttributeName));
        _asker.Client = new("b", "CN=b");
        Assert.Equal(KmipResultReason.ItemNotFound, _asker.Ask(Operation.GetAttributes, id).Reason);
        _asker.Client = new("a", "CN=a");
        Assert.Null(_asker.Ask(Operation.Destroy, id).Reason);
        Assert.Empty(Read(id, "Digest"));
        Assert.DoesNotContain("Digest", _asker.Ask(Operation.GetAttributeList, id).Texts(Tags.AttributeName));
    }

    [Fact]
    public void A_sensitive_key_is_not_given()
    {
        string sensitive = _asker.Create(Asker.Attribute("Sensitive", w => w.Boolean(Tags.AttributeValue, true)));
        Assert.Equal(KmipResultReason.Sensitive, _asker.Ask(Operation.Get, sensitive).Reason);
        string stuck = _asker.Create(Asker.Attribute("Extractable", w => w.Boolean(Tags.AttributeValue, false)));
        Assert.Equal(KmipResultReason.NotExtractable, _asker.Ask(Operation.Get, stuck).Reason);
    }

    [Fact]
    public void An_object_has_so_many_attributes_and_no_more()
    {
        var full = Asker.Template([.. Enumerable.Range(0, 98).Select(i => Asker.Text($"x-{i}", "v"))]);
        Assert.Equal(KmipResultReason.IndexOutOfBounds, _asker.Ask(Operation.Create, full).Reason);
        var large = Asker.Template(Asker.Text("x-large", new string('x', 8192)));
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.Create, large).Reason);
    }

    [Fact]
    public void Indexes_from_zero_on_every_attribute_are_taken()
    {
        // As one well-known database does.
        string id = _asker.Create(Asker.Name("one", 0), Asker.Name("two", 1), Asker.Text("Contact Information", "c", 0));
        Assert.Equal(["one", "two"], Read(id, "Name").Select(a => a.Text));
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.Create, Asker.Template(Asker.Name("three", 1))).Reason);
    }

    [Fact]
    public void Locate_ands_its_filters()
    {
        string a = _asker.Create(Asker.Name("a"), Asker.Text("x-Group", "g"));
        string b = _asker.Create(Asker.Name("b"), Asker.Text("x-Group", "g"));
        Assert.Equal([b, a], Locate(Asker.Text("x-Group", "g")));
        Assert.Equal([a], Locate(Asker.Text("x-Group", "g"), Asker.Name("a")));
        Assert.Empty(Locate(Asker.Text("x-Group", "h")));
        Assert.Equal([b], Locate(w => w.Integer(Tags.MaximumItems, 1)));
        Assert.Empty(Locate(w => w.Integer(Tags.MaximumItems, 0)));
        Assert.Equal([a], Locate(w => w.Integer(Tags.OffsetItems, 1)));
        Assert.Equal([b, a], Locate(Asker.Attribute("Cryptographic Usage Mask", w => w.Integer(Tags.AttributeValue, 4))));
        Assert.Empty(Locate(Asker.Attribute("Cryptographic Usage Mask", w => w.Integer(Tags.AttributeValue, 4 | 0x10))));
        _asker.Client = new("b", "CN=b");
        Assert.Empty(Locate());
    }

    [Fact]
    public void A_filter_wrapped_in_a_template_attribute_counts()
    {
        _asker.Create(Asker.Name("a"));
        string b = _asker.Create(Asker.Name("b"));
        Assert.Equal([b], Locate(w =>
        {
            w.Begin(Tags.TemplateAttribute);
            Asker.Name("b")(w);
            w.End();
        }));
    }

    [Fact]
    public void A_date_given_twice_is_a_range()
    {
        long now = _asker.Time.GetUtcNow().ToUnixTimeSeconds();
        string a = _asker.Create();
        _asker.Time.Advance(TimeSpan.FromSeconds(100));
        string b = _asker.Create();
        Assert.Equal([a], Locate(Asker.Date("Initial Date", now)));
        Assert.Equal([b], Locate(Asker.Date("Initial Date", now + 50), Asker.Date("Initial Date", now + 150)));
        Assert.Equal([b, a], Locate(Asker.Date("Initial Date", now + 150), Asker.Date("Initial Date", now - 1)));
    }

    [Fact]
    public void Destroyed_objects_are_found_only_by_their_state()
    {
        string id = _asker.Create();
        _asker.Ask(Operation.Destroy, id);
        Assert.Empty(Locate());
        Assert.Equal([id], Locate(
            Asker.Attribute("State", w => w.Enumeration(Tags.AttributeValue, (int)KmipKeyState.Destroyed))));
    }

    [Fact]
    public void Query_lists_operations_and_object_types()
    {
        var answer = _asker.Ask(Operation.Query, w =>
        {
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.Operations);
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.Objects);
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.ServerInformation);
        });
        var payload = TtlvItem.ReadValid(answer.Payload);
        Assert.True(payload.Find(Tags.Operation).IsPresent && payload.Find(Tags.ObjectType).IsPresent);
        Assert.Equal("Lorica KMS", answer.Text(Tags.VendorIdentification));
    }

    private List<string> Locate(params Action<TtlvWriter>[] filters)
    {
        var answer = _asker.Ask(Operation.Locate, w => Array.ForEach(filters, f => f(w)));
        Assert.True(answer.Reason is null, answer.Message);
        return answer.Texts(Tags.UniqueIdentifier);
    }

    private List<KmipAttribute> Read(string id, string name) =>
        _asker.Ask(Operation.GetAttributes, id, w => w.Text(Tags.AttributeName, name)).Attributes();
}
