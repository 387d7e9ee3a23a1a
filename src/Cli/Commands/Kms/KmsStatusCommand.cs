using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms status</c>: exit code 7 when a provider that was asked about is not healthy.</summary>
internal static class KmsStatusCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "Name of the provider; all when left out.", Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command(
            "status", "Say whether keys really come from a provider, and trust in both directions.") { name };
        command.Examples(("every provider", "lorica kms status"),
            ("in a monitor: exit code 0 only when healthy", "lorica kms status corp"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var names = parsed.GetValue(name) is { } one
                ? [one]
                : (await center.ProvidersAsync(ct)).Items.Select(p => p.Name).ToList();
            var all = new List<ProviderStatusModel>();
            foreach (string provider in names)
                all.Add(await center.ProviderStatusAsync(provider, ct));
            if (parsed.GetValue(CommonOptions.Json))
                Print(cli.Terminal, all, single: parsed.GetValue(name) is not null);
            else
                all.ForEach(status => Print(cli.Terminal, status));
            if (all.Where(s => !s.Healthy).Select(s => s.Name).ToList() is { Count: > 0 } ill)
                throw new CliException(ExitCode.Unreachable, $"No keys come from {string.Join(", ", ill)}.");
        });
        return command;
    }

    private static void Print(Terminal terminal, List<ProviderStatusModel> all, bool single)
    {
        if (single)
            terminal.Json(all[0], RestJson.Default.ProviderStatusModel);
        else
            terminal.Json(new ListModel<ProviderStatusModel>(all), CliJson.Default.ListModelProviderStatusModel);
    }

    private static void Print(Terminal terminal, ProviderStatusModel status)
    {
        terminal.Line($"{status.Name}: {(status.Healthy ? "healthy: a key was fetched" : "NOT healthy")}");
        foreach (var s in status.Servers)
        {
            string again = s.RetryAt is null
                ? "" : $", {s.Failures} failures in a row, tried again at {Times.Format(s.RetryAt)}";
            terminal.Line($"  {s.Host}:{s.Port} {s.State}{again}");
            Print(terminal, "connected", s.Connected);
            Print(terminal, "we trust its certificate", s.ClientTrustsServer);
            Print(terminal, "it trusts ours", s.ServerTrustsClient);
            Print(terminal, "serves keys", s.ServesKeys);
            if (s.Connected)
                terminal.Line($"    protocol {s.ProtocolVersion}, {s.Vendor}");
            if (s.ServerNotAfter is not null)
                terminal.Line($"    its certificate ends {Times.Day(s.ServerNotAfter)}, ours {Times.Day(s.ClientNotAfter)}");
            if (!string.IsNullOrEmpty(s.Error))
                terminal.Line($"    {s.Error}");
        }
    }

    private static void Print(Terminal terminal, string what, bool yes) => terminal.Line($"    {what}: {(yes ? "yes" : "NO")}");
}
