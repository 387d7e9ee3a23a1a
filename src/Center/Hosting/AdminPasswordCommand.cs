using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.Store;

namespace Lorica.Center.Hosting;

/// <summary>
/// <c>lorica-center admin-password --state DIR --stdin</c>: a new password for the first administrator, for when the old one is
/// lost. Who may do it is who may write the database: root, and the user that the center runs as. The password, the end of the
/// sessions and the event are one transaction, so a center that runs sees all of it or nothing.
/// </summary>
internal static class AdminPasswordCommand
{
    /// <summary>Runs the command.</summary>
    public static Task<int> RunAsync(string state, bool fromStdin, TimeProvider time, CancellationToken ct) =>
        fromStdin
            ? RunAsync(state, Console.In, time, ct)
            : throw new CommandException("The password is read from standard input: say so with --stdin.");

    /// <summary>The same with the password in <paramref name="input"/>.</summary>
    public static async Task<int> RunAsync(string state, TextReader input, TimeProvider time, CancellationToken ct)
    {
        state = Path.GetFullPath(state);
        if (!Directory.Exists(Path.Combine(state, "pki")) || !File.Exists(CenterStore.PathIn(state)))
        {
            throw new CommandException($"{state} is not initialised. Run `lorica-center init --state {state}` first.");
        }

        string password = await input.ReadLineAsync(ct) ?? throw new CommandException("No password on standard input.");
        try
        {
            using var store = await CenterStore.OpenAsync(state, ct);
            var signIn = new SignInService(store, new SignInThrottle(time), new EventLog(store, time), time);
            await signIn.ResetAdministratorAsync(SignInService.Administrator, password, ct);
        }
        catch (Exception e) when (CenterStore.IsFailure(e) || e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{CenterStore.PathIn(state)} cannot be changed: {e.GetBaseException().Message}");
        }

        Console.Out.WriteLine($"The password of {SignInService.Administrator} is set; its sessions have ended.");
        return 0;
    }
}
