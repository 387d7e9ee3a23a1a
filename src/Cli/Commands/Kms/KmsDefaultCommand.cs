using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms default</c>.</summary>
internal static class KmsDefaultCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "The new default; shown when left out.", Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("default", "Show or set the provider that makes the keys when none is named.") { name };
        command.Examples(("which is it", "lorica kms default"), ("from now on", "lorica kms default corp"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var provider = parsed.GetValue(name) is { } wanted
                ? await center.ChangeProviderAsync(wanted, new EditProviderBody(Default: true), ct)
                : (await center.ProvidersAsync(ct)).Items.FirstOrDefault(p => p.Default)
                    ?? throw new CliException(ExitCode.NotFound, "There is no key provider.", "Register one: lorica kms add");
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(provider, RestJson.Default.ProviderModel);
            else
                cli.Terminal.Line(provider.Name);
        });
        return command;
    }
}
