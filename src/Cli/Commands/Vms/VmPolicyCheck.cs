using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm policy set --check</c>: what it would meet.</summary>
internal static class VmPolicyCheck
{
    public static void Print(CliContext cli, PreflightModel found, bool json)
    {
        if (json)
        {
            cli.Terminal.Json(found, RestJson.Default.PreflightModel);
        }
        else
        {
            cli.Terminal.Table(["CHECK", "RESULT", "WHAT", "WAY OUT"],
                found.Checks.Select(c => (string[])[c.Name, c.Result, c.Message, c.Hint]));
            if (found.Ok)
            {
                cli.Terminal.Line(found.Action == "none"
                    ? $"Nothing would change in the files of {found.Vm}." : $"It would {found.Action} {found.Vm}.");
            }
        }
        if (found.Checks.FirstOrDefault(c => c.Result == "refused") is { } refused)
            throw new CliException(ExitCode.Refused, refused.Message, refused.Hint) { Code = refused.Code };
    }
}
