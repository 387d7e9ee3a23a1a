using System.CommandLine;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host</c>.</summary>
internal static class HostCommand
{
    public static Command Create(CliContext cli)
        => new("host", "Hosts: the machines that run virtual machines.") { HostLsCommand.Create(cli), HostShowCommand.Create(cli) };
}
