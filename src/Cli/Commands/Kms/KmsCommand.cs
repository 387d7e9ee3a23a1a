using System.CommandLine;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms</c>.</summary>
internal static class KmsCommand
{
    public static Command Create(CliContext cli)
        => new("kms", "Key providers: KMIP key managers that hold the key encryption keys.")
        {
            KmsAddCommand.Create(cli), KmsLsCommand.Create(cli), KmsStatusCommand.Create(cli),
            KmsSetCommand.Create(cli), KmsTrustCommand.Create(cli), KmsDefaultCommand.Create(cli), KmsCsrCommand.Create(cli),
            KmsCertificateCommand.Create(cli), KmsRenewCommand.Create(cli), KmsIdentityCommand.Create(cli),
            KmsRmCommand.Create(cli),
        };
}
