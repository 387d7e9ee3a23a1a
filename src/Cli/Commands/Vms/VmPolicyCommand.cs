using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm policy set</c>: the policy decides, so this is what encrypts and decrypts.</summary>
internal static class VmPolicyCommand
{
    public static Command Create(CliContext cli)
        => new("policy", "Storage policy of a virtual machine: applying one encrypts or decrypts it.") { Set(cli) };

    private static Command Set(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var policy = new Argument<string>("POLICY") { Description = "Storage policy, by name or id; see lorica policy ls." };
        var home = new Option<bool>("--home") { Description = "Apply it to VM home (without --home and --disk: to everything)." };
        var disks = new Option<string[]>("--disk")
        { Description = "Apply it to this disk; repeat it for more.", HelpName = "LABEL" };
        var crypto = new Option<string?>("--crypto")
        { Description = "What you expect: refused when the policy comes to something else.", HelpName = "encrypt|decrypt" };
        crypto.AcceptOnlyFromAmong("encrypt", "decrypt");
        var provider = new Option<string?>("--provider")
        {
            Description = "Key provider that makes the new key, with --crypto encrypt; the default one when left out.",
            HelpName = "NAME",
        };
        var key = KeyOptions.Create("a new one of the provider for all");
        var check = new Option<bool>("--check") { Description = "Only say what it would meet." };
        var force = new Option<bool>("--force")
        { Description = "Decrypt although the start of a disk looks like nothing known." };
        var command = new Command("set", "Apply a storage policy to VM home and all disks, or to those named.")
        {
            name, policy, home, disks, crypto, provider, key, check, force, noWait,
        };
        command.Examples(
            ("encrypt it, in place", "lorica vm policy set web1 \"VM Encryption Policy\""),
            ("what would stand against it", "lorica vm policy set web1 \"VM Encryption Policy\" --check"),
            ("decrypt it", "lorica vm policy set web1 \"Datastore Default\""),
            ("VM home and one disk only", "lorica vm policy set web1 \"VM Encryption Policy\" --home --disk virtio0:1"),
            ("a key of its own for one disk", "lorica vm policy set web1 \"VM Encryption Policy\" --key virtio0:1=kms2"));
        command.SetAction(async (parsed, ct) =>
        {
            string[]? labels = parsed.GetValue(disks) is { Length: > 0 } named ? named : null;
            bool? withHome = parsed.GetValue(home) ? true : labels is null ? null : false;
            // --home alone means: home, and no disk.
            var body = new SetPolicyBody(
                parsed.GetValue(policy)!, withHome, withHome == true ? labels ?? [] : labels, parsed.GetValue(force),
                parsed.GetValue(crypto), parsed.GetValue(provider), KeyOptions.Parse(parsed.GetValue(key)));
            using var center = cli.Center();
            if (parsed.GetValue(check))
            {
                VmPolicyCheck.Print(
                    cli, await center.CheckPolicyAsync(parsed.GetValue(name)!, body, ct), parsed.GetValue(CommonOptions.Json));
                return;
            }
            var task = await center.SetPolicyAsync(parsed.GetValue(name)!, body, ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
