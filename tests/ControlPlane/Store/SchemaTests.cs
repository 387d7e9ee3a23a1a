using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Store;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Lorica.ControlPlane.Tests.Store;

public sealed class SchemaTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lorica-center-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_mapped_column_is_in_the_script_and_no_other()
    {
        using var store = await CenterStore.OpenAsync(_folder, default);
        await store.ReadAsync(async db =>
        {
            foreach (var entity in db.Model.GetEntityTypes())
            {
                var columns = await db.Database.SqlQuery<string>(
                    $"SELECT name AS Value FROM pragma_table_info({entity.GetTableName()})").ToListAsync();
                Assert.Equal(entity.GetProperties().Select(p => p.GetColumnName()).Order(), columns.Order());
            }

            return true;
        });
    }

    [Fact]
    public async Task Opening_again_changes_nothing_and_a_newer_database_is_refused()
    {
        (await CenterStore.OpenAsync(_folder, default)).Dispose();
        (await CenterStore.OpenAsync(_folder, default)).Dispose();
        await using (var connection = new SqliteConnection($"Data Source={CenterStore.PathIn(_folder)};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            await command.ExecuteNonQueryAsync();
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => CenterStore.OpenAsync(_folder, default));
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
