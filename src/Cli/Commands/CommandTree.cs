using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Lorica.Cli.Commands.Access;
using Lorica.Cli.Commands.Alarms;
using Lorica.Cli.Commands.Datastores;
using Lorica.Cli.Commands.Events;
using Lorica.Cli.Commands.Hosts;
using Lorica.Cli.Commands.Inventory;
using Lorica.Cli.Commands.Keys;
using Lorica.Cli.Commands.Kms;
using Lorica.Cli.Commands.Policies;
using Lorica.Cli.Commands.Settings;
using Lorica.Cli.Commands.Tasks;
using Lorica.Cli.Commands.Vms;

namespace Lorica.Cli.Commands;

/// <summary>The tree of commands.</summary>
internal static class CommandTree
{
    public static RootCommand Create(CliContext cli, Interrupts interrupts)
    {
        var root = new RootCommand("Lorica: encryption of whole virtual machines, at the hypervisor, by storage policy.")
        {
            CommonOptions.Json,
            UpCommand.Create(cli, interrupts),
            LoginCommand.Create(cli),
            LogoutCommand.Create(cli),
            KmsCommand.Create(cli),
            KeyCommand.Create(cli),
            PolicyCommand.Create(cli),
            VmCommand.Create(cli),
            HostCommand.Create(cli),
            InventoryCommand.Create(cli),
            ContainerCommand.Create(cli, "datacenter", "Datacenters: the top of the inventory."),
            ContainerCommand.Create(cli, "cluster", "Clusters of hosts."),
            ContainerCommand.Create(cli, "folder", "Folders of virtual machines."),
            DatastoreCommand.Create(cli),
            SettingCommand.Create(cli),
            TaskCommand.Create(cli),
            EventCommand.Create(cli),
            AlarmCommand.Create(cli),
            UserCommand.Create(cli),
            GroupCommand.Create(cli),
            RoleCommand.Create(cli),
            PermissionCommand.Create(cli),
            TokenCommand.Create(cli),
            SessionCommand.Create(cli),
            WhoamiCommand.Create(cli),
            DiskCommand.Create(cli),
            CompletionCommand.Create(cli),
        };
        root.Examples(
            ("start everything on this machine", "lorica up --state /var/lib/lorica"),
            ("sign in", "lorica login --profile /var/lib/lorica/client.json"),
            ("encrypt a virtual machine", "lorica vm policy set web1 \"VM Encryption Policy\""));
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary><c>lorica vm show</c>, for messages.</summary>
    public static string PathOf(CommandResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result; at is not null; at = at.Parent)
        {
            if (at is CommandResult command)
                names.Insert(0, command.Command is RootCommand ? "lorica" : command.Command.Name);
        }
        return string.Join(' ', names);
    }
}
