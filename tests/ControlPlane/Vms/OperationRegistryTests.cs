using Lorica.Center.Rest;
using Lorica.Contracts.Names;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Vms;

/// <summary>Whoever adds an operation is told here what it still lacks.</summary>
public sealed class OperationRegistryTests
{
    [Fact]
    public async Task Each_operation_has_its_words_its_route_its_command_and_its_row()
    {
        await using var center = await TestCenter.StartAsync();
        var routes = center.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints)
            .SelectMany(e => e.Metadata.OfType<BegunKinds>()).SelectMany(b => b.Kinds).ToHashSet(StringComparer.Ordinal);
        string help = Read("help.txt");
        string[] rows = Read("operations.md").Split('\n');
        var lacking = new List<string>();
        var works = center.Service<OperationRegistry>().Works;
        foreach (var info in works.Select(w => w.Info).OrderBy(i => i.Kind, StringComparer.Ordinal))
        {
            void Needs(bool has, string what)
            {
                if (!has)
                {
                    lacking.Add($"{info.Kind}: {what}");
                }
            }

            Needs(TaskWords.Kinds.Contains(info.Kind), "words in TaskWords");
            Needs(routes.Contains(info.Kind), "a route in Center/Rest that says that it begins it");
            Needs(help.Contains($"$ lorica {info.Command} --help\n", StringComparison.Ordinal), $"the command {info.Command}");
            Needs(rows.Contains(RowOf(info)), $"in docs/protocols/operations.md the row\n{RowOf(info)}");
        }

        Assert.True(lacking.Count == 0, string.Join('\n', lacking));
    }

    [Fact]
    public async Task Each_request_is_taken_by_one_operation()
    {
        await using var center = await TestCenter.StartAsync();
        var registry = center.Service<OperationRegistry>();
        Assert.All(registry.Works.OfType<IVmOperation>(), o => Assert.True(o.RequestType.IsPublic, o.RequestType.Name));
        Assert.Equal(registry.Works.Count, registry.Works.Select(w => w.Info.Kind).Distinct().Count());
        Assert.Throws<ArgumentException>(() => registry.Of(new object()));
        Assert.Equal(
            "lorica.unknownTask",
            Assert.Throws<Lorica.Contracts.Faults.FaultException>(() => registry.Of("vm.none")).Fault.Key);
    }

    private static string RowOf(OperationInfo info) =>
        $"| `{info.Kind}` | `lorica {info.Command}` | {string.Join(", ", info.Privileges.Select(p => $"`{p}`"))} | "
        + $"{(info.WhenEncrypted is { } c ? $"`{c}`" : "–")} | {(info.TakesSpace ? "yes" : "–")} |";

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", file));
}
