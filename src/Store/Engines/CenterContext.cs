using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>
/// The one context over the center's database. Nothing in it depends on the engine: another one brings its options and its
/// scripts (<see cref="SchemaScripts"/>). Times are Unix milliseconds and ids are lower-case text, so that engines agree about
/// both.
/// </summary>
internal sealed partial class CenterContext(DbContextOptions<CenterContext> options) : DbContext(options)
{
    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ConfigureAccess(modelBuilder);
        ConfigureInventory(modelBuilder);
        ConfigurePolicies(modelBuilder);
        ConfigureKeys(modelBuilder);
        ConfigureTasks(modelBuilder);
        ConfigureLifecycle(modelBuilder);

        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static string SnakeCase(string name)
    {
        var result = new StringBuilder(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && result.Length > 0)
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(c));
        }

        return result.ToString();
    }
}
