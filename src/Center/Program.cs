using Lorica.Center.Hosting;
using Lorica.Platform.Processes;

const string Help = """
    lorica-center: the control plane of Lorica.

    lorica-center --config FILE
        Runs the center.
    lorica-center init --state DIR [--admin-password-stdin]
        Makes the CA, the center's certificate, the database and the first administrator. Prints one JSON line with the
        administrator's password (this once; with --admin-password-stdin it is read from standard input instead).
    lorica-center admin-password --state DIR --stdin
        Sets a new password for the user administrator, read from standard input, and ends its sessions. Run it as root or as
        the user that the center runs as; the center may run meanwhile.
    lorica-center issue --state DIR --role host|broker|kms --name NAME --out FOLDER
        Issues an identity for another node: FOLDER/node.crt, node.key, ca.crt. Prints one JSON line with its pins.
    """;

// Sessions, passwords on their way to their hash, and its own private key: the center holds no key of a VM, but these.
ProcessDumps.Deny();
try
{
    switch (args)
    {
        case ["--help"] or ["-h"] or ["help"]:
            Console.Out.WriteLine(Help);
            return 0;
        case ["init", ..]:
            var init = Arguments.Parse(args.Skip(1), ["--state"], "--admin-password-stdin");
            return await InitCommand.RunAsync(
                init.Require("--state"), init.Has("--admin-password-stdin"), TimeProvider.System, CancellationToken.None);
        case ["admin-password", ..]:
            var reset = Arguments.Parse(args.Skip(1), ["--state"], "--stdin");
            return await AdminPasswordCommand.RunAsync(
                reset.Require("--state"), reset.Has("--stdin"), TimeProvider.System, CancellationToken.None);
        case ["issue", ..]:
            var issue = Arguments.Parse(args.Skip(1), ["--state", "--role", "--name", "--out"]);
            return IssueCommand.Run(
                issue.Require("--state"), issue.Require("--role"), issue.Require("--name"), issue.Require("--out"),
                TimeProvider.System);
        case ["--config", var file]:
            return await RunCommand.RunAsync(file);
        default:
            await Console.Error.WriteLineAsync(Help);
            return 2;
    }
}
catch (CommandException e)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 1;
}
catch (Lorica.Contracts.Faults.FaultException e)
{
    await Console.Error.WriteLineAsync($"error: {e.Message} {e.Fault.Hint}");
    return 1;
}
