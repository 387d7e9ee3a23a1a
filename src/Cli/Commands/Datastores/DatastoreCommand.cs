using System.CommandLine;

namespace Lorica.Cli.Commands.Datastores;

/// <summary><c>lorica datastore</c>.</summary>
internal static class DatastoreCommand
{
    public static Command Create(CliContext cli) => new("datastore", "Datastores: where the files of virtual machines lie.")
    {
        DatastoreTagCommand.Create(cli),
    };
}
