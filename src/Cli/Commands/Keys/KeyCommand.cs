using System.CommandLine;

namespace Lorica.Cli.Commands.Keys;

/// <summary><c>lorica key</c>.</summary>
internal static class KeyCommand
{
    public static Command Create(CliContext cli)
        => new("key", "Key encryption keys: who uses them, how they stand on their KMS.")
        {
            KeyLsCommand.Create(cli), KeyShowCommand.Create(cli, live: false), KeyShowCommand.Create(cli, live: true),
            KeyGenerateCommand.Create(cli), KeyRmCommand.Create(cli), KeyRestoreCommand.Create(cli), KeyCheckCommand.Create(cli),
        };
}
