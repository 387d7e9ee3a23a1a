using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Lorica.ControlPlane.Tests.Store;

public sealed class SchemaTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_mapped_column_is_in_the_script_and_no_other()
    {
        using var store = await CenterStore.OpenAsync(_folder.Root, default);
        await store.ReadAsync(async db =>
        {
            foreach (var entity in db.Raw.Model.GetEntityTypes())
            {
                var columns = await db.Raw.Database.SqlQuery<string>(
                    $"SELECT name AS Value FROM pragma_table_info({entity.GetTableName()})").ToListAsync();
                Assert.Equal(entity.GetProperties().Select(p => p.GetColumnName()).Order(), columns.Order());
            }

            return true;
        });
    }

    [Fact]
    public async Task Opening_again_changes_nothing_and_a_newer_database_is_refused()
    {
        (await CenterStore.OpenAsync(_folder.Root, default)).Dispose();
        (await CenterStore.OpenAsync(_folder.Root, default)).Dispose();
        await using (var connection = new SqliteConnection($"Data Source={CenterStore.PathIn(_folder.Root)};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            await command.ExecuteNonQueryAsync();
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => CenterStore.OpenAsync(_folder.Root, default));
    }

    [Fact]
    public async Task A_database_of_an_earlier_program_knows_the_users_of_policies_and_what_claimed_records_were()
    {
        // Schema 9, with a task that creates a VM under a policy, one that has ended, and one that registers a VM.
        string path = CenterStore.PathIn(_folder.Root);
        var assembly = typeof(CenterStore).Assembly;
        await using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            await connection.OpenAsync();
            foreach (string script in assembly.GetManifestResourceNames().Where(n => n.Contains(".Schema.sqlite-00")).Order())
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(script)!);
                await ExecuteAsync(connection, await reader.ReadToEndAsync());
            }

            await ExecuteAsync(connection, "PRAGMA user_version = 9;" + TaskOf("t1", "vm.create", "running")
                + TaskOf("t2", "vm.create", "succeeded") + TaskOf("t3", "vm.register", "queued") + RecordOf("o1", "t3", 4)
                + RecordOf("o2", "t1", 4) + RecordOf("o3", "t3", 0));
        }

        using var store = await CenterStore.OpenAsync(_folder.Root, default);

        Assert.Equal([("t1", "p-1"), ("t2", null), ("t3", "p-1")], await store.ReadAsync(async db =>
            (await db.Raw.Tasks.OrderBy(t => t.Id).ToListAsync()).ConvertAll(t => (t.Id, t.PolicyId))));
        Assert.Equal([("o1", "known", "vm"), ("o2", "", ""), ("o3", "", "")], await store.ReadAsync(async db =>
            (await db.Raw.KeyRecords.OrderBy(r => r.ObjectId)
                .ToListAsync()).ConvertAll(r => (r.ObjectId, r.WasState, r.WasVmId))));

        static string TaskOf(string id, string kind, string state) => $$"""
            INSERT INTO tasks (id, kind, vm_id, target, state, percent, step, bytes_done, bytes_total, user_name, started_at,
                epoch, arguments)
            VALUES ('{{id}}', '{{kind}}', 'vm-{{id}}', 'a', '{{state}}', 0, '', 0, 0, 'u', 1, 1, '{"policyId":"p-1"}');
            """;
        static string RecordOf(string id, string task, int generation) => $"""
            INSERT INTO key_records (object_id, kind, vm_id, provider, key_id, kcv, generation, state, in_use, task_id,
                created_at)
            VALUES ('{id}', 'disk', 'vm', 'kms1', 'k', '', {generation}, 'usable', 0, '{task}', 1);
            """;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The program's own scripts, and the test's own rows.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task A_task_of_a_program_that_did_not_keep_where_it_was_asked_for_says_nothing_of_it()
    {
        await using (var connection = new SqliteConnection($"Data Source={CenterStore.PathIn(_folder.Root)};Pooling=False"))
        {
            await connection.OpenAsync();
            var assembly = typeof(CenterStore).Assembly;
            foreach (string script in assembly.GetManifestResourceNames()
                .Where(n => n.Contains(".Schema.sqlite-")).Order().Take(11))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(script)!);
                await ExecuteAsync(connection, await reader.ReadToEndAsync());
            }

            await ExecuteAsync(connection, """
                PRAGMA user_version = 11;
                INSERT INTO tasks (id, kind, vm_id, target, state, percent, step, bytes_done, bytes_total, user_name, token_id,
                    started_at, epoch, arguments)
                VALUES ('t1', 'vm.encrypt', 'vm-1', 'a', 'running', 0, '', 0, 0, 'alice', '0123456789abcdef', 1, 1, '{}');
                """);
        }

        using var store = await CenterStore.OpenAsync(_folder.Root, default);

        var task = await store.ReadAsync(db => db.Raw.Tasks.SingleAsync());
        Assert.Equal(new Caller("alice", TokenId: "0123456789abcdef"), task.ToCaller());
        Assert.Null(task.ToCaller().Origin);
    }

    /// <summary>The bytes and the text are those of a program that knew no origin.</summary>
    [Fact]
    public void A_caller_of_an_earlier_program_is_read_and_has_no_origin()
    {
        using var services = new ServiceCollection().AddSerializer(b => b.AddAssembly(typeof(CenterStore).Assembly))
            .BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var old = new Caller("alice", TokenId: "0123456789abcdef");

        Assert.Equal(old, serializer.Deserialize<Caller>(
            Convert.FromHexString("20400b616c6963650101412130313233343536373839616263646566e8e0")));
        var batch = JsonSerializer.Deserialize(
            """
            {"policyId":"p","home":true,"disks":null,"parallel":4,
             "caller":{"user":"alice","isSystem":false,"tokenId":"0123456789abcdef"}}
            """,
            StoreJson.Default.PolicyBatchArguments);
        Assert.Equal(old, batch!.Caller);

        var now = old with { Origin = new RequestOrigin("192.0.2.7", "s1", "r1") };
        Assert.Equal(now, serializer.Deserialize<Caller>(serializer.SerializeToArray(now)));
        string json = JsonSerializer.Serialize(batch with { Caller = now }, StoreJson.Default.PolicyBatchArguments);
        Assert.Equal(now, JsonSerializer.Deserialize(json, StoreJson.Default.PolicyBatchArguments)!.Caller);
    }

    [Fact]
    public void A_refusal_survives_the_way_between_grains()
    {
        using var services = new ServiceCollection().AddSerializer(b => b.AddAssembly(typeof(CenterStore).Assembly))
            .BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var fault = new Fault("NotFound", "k", "o", "m", "h") { Keys = [new KeyReason("p", "i", "missingOnKms", "d")] };

        var copy = Assert.IsType<FaultException>(
            serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(new FaultException(fault))));

        Assert.Equal((fault.Type, fault.Key, fault.Object, fault.Message, fault.Hint),
            (copy.Fault.Type, copy.Fault.Key, copy.Fault.Object, copy.Fault.Message, copy.Fault.Hint));
        Assert.Equal(fault.Keys, copy.Fault.Keys);
    }
}
