using System.Globalization;
using Google.Protobuf;
using Lorica.Contracts.Kept;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tests.Access;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.Data.Sqlite;

namespace Lorica.ControlPlane.Tests.Vms;

/// <summary>Pages of VMs over a store, with hosts that are not connected: what a page costs the database.</summary>
public sealed class VmPageTests
{
    private const int Page = 50;

    /// <summary>Those who see all VMs, those of one folder, and all but those of it.</summary>
    [Theory]
    [InlineData("administrator")]
    [InlineData("folder")]
    [InlineData("others")]
    public async Task A_page_costs_the_same_with_two_hundred_and_with_two_thousand_VMs(string who)
    {
        var few = await CostAsync(who, 200);
        var many = await CostAsync(who, 2000);
        Assert.Equal(few, many);

        // For each VM its place, its row, its record, its association and its task; beside them who the caller is and the tree,
        // more than once, and the host, the policy and a tag.
        Assert.InRange(many.Statements, 10, 35);
        Assert.InRange(many.Rows, 5 * Page, (6 * Page) + 50);
    }

    [Fact]
    public async Task Somebody_who_sees_one_of_two_thousand_VMs_is_shown_it_for_the_price_of_one()
    {
        await using var world = await WorldAsync(2000);
        using var count = await StatementCount.StartAsync(world.Store);
        var page = await Queries(world).ListAsync(new Caller("one"), new VmQuery { Limit = Page }, default);
        Assert.Equal(["vm-00001"], page.Items.Select(v => v.Name));
        Assert.Null(page.Next);
        Assert.InRange(count.Rows, 5, 50);
    }

    [Theory]
    [InlineData("administrator", 0)]
    [InlineData("folder", 1)]
    [InlineData("others", 2)]
    public async Task Page_after_page_shows_what_the_caller_sees_once_and_in_order(string who, int part)
    {
        await using var world = await WorldAsync(230);
        var queries = Queries(world);
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var page = await queries.ListAsync(new Caller(who), new VmQuery { Limit = Page, Cursor = cursor }, default);
            Assert.Equal(page.Next is null ? page.Items.Count : Page, page.Items.Count);
            names.AddRange(page.Items.Select(v => v.Name));
            cursor = page.Next;
        }
        while (cursor is not null);

        var all = Enumerable.Range(0, 230).Where(n => part == 0 || n % 2 == part % 2).Select(Name);
        Assert.Equal(part == 0 ? [.. all, "db1", "web1", "web2"] : part == 2 ? [.. all, "db1", "web1", "web2"] : all.ToList(),
            names.OrderBy(n => n.StartsWith("vm", StringComparison.Ordinal) ? 0 : 1).ThenBy(n => n, StringComparer.Ordinal));
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(names, (await queries.ListAsync(new Caller(who), default)).Select(v => v.Name));
    }

    [Fact]
    public async Task Whoever_may_see_a_VM_is_told_by_the_index_and_nothing_is_sorted()
    {
        await using var world = await WorldAsync(200);
        using var count = await StatementCount.StartAsync(world.Store);
        await Queries(world).ListAsync(
            new Caller("folder"), new VmQuery { Limit = Page, Cursor = Cursor.Of("vm-00010\0x") }, default);
        var (text, parameters) = Assert.Single(count.Statements, s => s.Text.Contains("LIMIT", StringComparison.Ordinal)
            && s.Text.Contains("\"vms\"", StringComparison.Ordinal));
        await using var connection = new SqliteConnection($"Data Source={CenterStore.PathIn(world.Store.Folder)};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(3));
        }

        Assert.Contains(plan, p => p.StartsWith("SEARCH v USING COVERING INDEX vms_by_name (name>", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, p => p.Contains("ORDER BY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Filters_that_rows_answer_are_answered_by_the_database()
    {
        await using var world = await WorldAsync(2000);
        await world.Store.WriteAsync(async db => await db.Vms.SetLocksAsync([Id(7), Id(1999)], "locked", "[]", default));
        await world.Store.WriteAsync(async db => await db.Vms.RenameAsync(Id(8), "Äpfel_100%", default));
        var queries = Queries(world);
        async Task<(IEnumerable<string> Names, int Rows)> FindAsync(VmQuery query)
        {
            using var count = await StatementCount.StartAsync(world.Store);
            return ((await queries.ListAsync(AccessWorld.Root, query, default)).Items.Select(v => v.Name), count.Rows);
        }

        foreach (var (query, expected) in new (VmQuery, string[])[]
        {
            (new VmQuery { CryptoState = new("Locked") }, [Name(7), Name(1999)]),
            (new VmQuery { CryptoState = new("locked"), Name = new("VM-01*") }, [Name(1999)]),
            (new VmQuery { CryptoState = new("locked"), Limit = 1 }, [Name(7)]),
            (new VmQuery { Name = new("vm-00012") }, [Name(12)]),
            (new VmQuery { Name = new("vm-0001") }, []),
            (new VmQuery { Name = new("vm_00012") }, []),
            (new VmQuery { Name = new("äpfel_1*"), Limit = 1 }, ["Äpfel_100%"]),
            (new VmQuery { Host = new("h1"), Name = new("web*") }, ["web1", "web2"]),
            (new VmQuery { Host = new("h2") }, []),
            (new VmQuery { Policy = new("datastore*") }, ["db1", "web1", "web2"]),
            (new VmQuery { Policy = new("VM ENCRYPTION POLICY"), Limit = 1 }, ["vm-00000"]),
            (new VmQuery { Policy = new("none") }, []),
            (new VmQuery { Encrypted = new("true"), Limit = 2 }, ["vm-00000", "vm-00001"]),
        })
        {
            var (names, rows) = await FindAsync(query);
            Assert.Equal(expected, names);
            if (query is { Encrypted: null, Name.IsAscii: not false })
            {
                Assert.InRange(rows, 5, 100);
            }
        }
    }

    [Fact]
    public async Task A_cursor_that_no_list_gave_is_refused_or_is_only_a_place()
    {
        await using var world = await WorldAsync(3);
        var queries = Queries(world);
        await Assert.ThrowsAsync<Contracts.Faults.FaultException>(
            () => queries.ListAsync(AccessWorld.Root, new VmQuery { Limit = 1, Cursor = ".." }, default));
        foreach (var (key, first) in new[] { ("", "db1"), ("vm", "vm-00000"), ("vm-00000\0", "vm-00000"),
            ("vm-00000\0zzz", "vm-00001"), ("vm-00000\0\0'--", "vm-00000") })
        {
            Assert.Equal(first, (await queries.ListAsync(
                AccessWorld.Root, new VmQuery { Limit = 1, Cursor = Cursor.Of(key) }, default)).Items[0].Name);
        }
    }

    private static async Task<(int Statements, int Rows)> CostAsync(string who, int vms)
    {
        await using var world = await WorldAsync(vms);
        using var count = await StatementCount.StartAsync(world.Store);
        var query = new VmQuery { Limit = Page, Cursor = Cursor.Of(Name(10) + "\0") };
        var page = await Queries(world).ListAsync(new Caller(who), query, default);
        Assert.Equal(Page, page.Items.Count);
        Assert.NotNull(page.Next);
        Assert.All(page.Items, v => Assert.Equal(
            ("VM Encryption Policy", $"task-{v.Id}", $"[ds] {v.Name}/{v.Name}.vmx", 1),
            (v.Policy.Name, v.Task, v.Path, v.Disks.Count)));
        return (count.Statements.Count, count.Rows);
    }

    private static VmQueries Queries(AccessWorld world) =>
        // No host is connected, so none is asked.
        new(world.Store, new VmLookup(world.Store), new VmDescriptionCache(world.Store, null!), null!, world.Authorizer);

    private static async Task<AccessWorld> WorldAsync(int vms)
    {
        var world = await AccessWorld.StartAsync();
        await world.Store.WriteAsync(db =>
        {
            db.Containers.Add(new ContainerRow
            {
                Id = "folder-odd", Kind = ObjectKinds.Folder, Name = "odd", ParentId = InventoryIds.FirstDatacenter,
            });
            db.Raw.DatastoreTags.Add(new DatastoreTagRow { Datastore = "ds", Tag = "gold" });
            for (int n = 0; n < vms; n++)
            {
                Add(db, n);
            }

            return Task.CompletedTask;
        });
        await world.UserAsync("folder", "View", "folder:odd");
        await world.UserAsync("others", "View");
        await world.GrantAsync("others", "NoAccess", "folder:odd");
        await world.UserAsync("one", "View", $"vm:{Name(1)}");
        return world;
    }

    private static void Add(CenterDb db, int n)
    {
        var (id, name) = (Id(n), Name(n));
        db.Vms.Add(new VmRow
        {
            Id = id, Name = name, HostId = AccessWorld.Host.Id, Datastore = "ds", State = VmStates.Present,
            ParentId = n % 2 == 1 ? "folder-odd" : InventoryIds.FirstDatacenter,
            Snapshot = new KeptVm
            {
                VmId = id, Name = name, Path = $"[ds] {name}/{name}.vmx", Encrypted = true,
                Disks =
                {
                    new KeptDisk { ObjectId = $"disk-{id}", Path = $"[ds] {name}/{name}.vmdk", Label = "virtio0:0" },
                },
            }.ToByteArray(),
        });
        db.Raw.KeyRecords.Add(new KeyRecordRow
        {
            ObjectId = id, Kind = "vm", VmId = id, Provider = "kms1", KeyId = $"key-{n}", TaskId = "",
            State = KeyRecordStates.Usable, InUse = true,
        });
        db.PolicyAssociations.Add(new PolicyAssociationRow { ObjectId = id, VmId = id, PolicyId = PolicyCatalog.Encryption.Id });
        db.Raw.Tasks.Add(new TaskRow
        {
            Id = $"task-{id}", Kind = TaskKinds.Encrypt, VmId = id, ObjectId = id, Target = name, State = TaskStates.Running,
            UserName = "administrator",
        });
    }

    private static string Id(int n) => string.Create(CultureInfo.InvariantCulture, $"id-{n:D5}");

    private static string Name(int n) => string.Create(CultureInfo.InvariantCulture, $"vm-{n:D5}");
}
