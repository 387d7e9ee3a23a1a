using System.CommandLine;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host</c>.</summary>
internal static class HostCommand
{
    public static Command Create(CliContext cli)
        => new("host", "Hosts: the machines that run virtual machines.")
        {
            HostLsCommand.Create(cli),
            HostShowCommand.Create(cli),
            HostAddCommand.Create(cli),
            HostRmCommand.Create(cli),
            HostMoveCommand.Create(cli),
            HostMaintenanceCommand.Create(cli),
            HostCryptoCommand.Create(cli),
        };

    public static Argument<string> Name() => new("NAME") { Description = "Name or id of the host." };
}
