using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Inventory;

/// <summary><c>lorica inventory</c>.</summary>
internal static class InventoryCommand
{
    public static Command Create(CliContext cli)
    {
        var list = new Command("ls", "Show the tree: datacenters, clusters with hosts, folders with virtual machines.");
        list.Examples(("what is where", "lorica inventory ls"));
        list.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var nodes = await center.InventoryAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(nodes, RestJson.Default.ListModelInventoryNodeModel);
                return;
            }
            foreach (var node in nodes.Items)
            {
                cli.Terminal.Line($"{new string(' ', 2 * node.Depth)}{node.Name}  "
                    + $"({node.Kind}{(node.State.Length > 0 ? ", " + node.State : "")})");
            }
        });
        return new Command("inventory", "The inventory as a tree.") { list };
    }
}
