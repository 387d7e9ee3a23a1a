using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Policies;

/// <summary>Storage policies in words.</summary>
internal static class PolicyText
{
    public static string Outage(PolicyModel policy)
        => policy.OutageAction == "keepRunning"
            ? policy.OutageAction : $"{policy.OutageAction} after {Durations.Format(policy.OutageAfterSeconds)}";

    /// <summary>A policy on stdout.</summary>
    public static void Print(CliContext cli, PolicyModel policy, bool json)
    {
        if (json)
        {
            cli.Terminal.Json(policy, RestJson.Default.PolicyModel);
            return;
        }
        cli.Terminal.Pairs(
        [
            ("name", policy.Name), ("id", policy.Id), ("description", policy.Description),
            ("encryption", policy.Encryption ? "yes" : "no"),
            ("filters before encryption", policy.Encryption ? policy.AllowCleartextFilters ? "allowed" : "no" : ""),
            ("strict", policy.Encryption ? policy.Strict ? "yes" : "no" : ""), ("datastore tags", string.Join(", ", policy.Tags)),
            ("keys out of reach", Outage(policy)), ("built in", policy.BuiltIn ? "yes" : "no"),
            ("version", policy.Version.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ]);
    }

    /// <summary>What became of each VM, on stdout; false when one failed.</summary>
    public static bool Print(CliContext cli, PolicyReportModel report, bool json)
    {
        if (json)
        {
            cli.Terminal.Json(report, RestJson.Default.PolicyReportModel);
        }
        else
        {
            cli.Terminal.Table(["VM", "OUTCOME", "TASK", "WHY"],
                report.Items.Select(
                    i => (string[])[i.Vm, Outcome(i), i.Task ?? "", i.Fault is { } f ? $"{f.Message} {f.Hint}".Trim() : ""]));
        }
        return report.Items.All(i => i.State != "failed");
    }

    private static string Outcome(PolicyOutcomeModel item) => (item.State, item.Action) switch
    {
        ("succeeded", "encrypt") => "encrypted",
        ("succeeded", "decrypt") => "decrypted",
        ("succeeded", _) => "unchanged",
        ("failed", _) => item.Task is null ? "refused" : "failed",
        _ => item.State,
    };
}
