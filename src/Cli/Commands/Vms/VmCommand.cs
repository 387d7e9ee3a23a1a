using System.CommandLine;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm</c>.</summary>
internal static class VmCommand
{
    public static Command Create(CliContext cli) => new("vm", "Virtual machines.")
    {
        VmImportCommand.Create(cli),
        VmCreateCommand.Create(cli),
        VmLsCommand.Create(cli),
        VmShowCommand.Create(cli),
        VmPowerCommand.Create(cli),
        VmConsoleCommand.Create(cli),
        VmPolicyCommand.Create(cli),
        VmRecryptCommand.Create(cli),
        VmDiskCommand.Create(cli),
        VmResetCommand.Create(cli),
        VmUnlockCommand.Create(cli),
        VmRepairCommand.Create(cli),
        VmRenameCommand.Create(cli),
        VmMoveCommand.Create(cli),
        VmMigrateCommand.Create(cli),
        VmRegisterCommand.Create(cli),
        VmUnregisterCommand.Create(cli),
        VmCloneCommand.Create(cli),
        VmRelocateCommand.Create(cli),
        VmRmCommand.Create(cli),
    };
}
