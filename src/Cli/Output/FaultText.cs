using System.Net;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Output;

/// <summary>The one table from faults of the API to exit codes and text.</summary>
internal static class FaultText
{
    /// <summary>From the problem details of a response.</summary>
    public static CliException ToException(ProblemModel problem)
    {
        if (problem.Status == 412)
            return Changed(problem);
        string type = problem.Title;
        string hint = problem.Hint ?? "";
        if (problem.CorrelationId is { Length: > 0 } id && KindOf(type, problem.Status) == ExitCode.Other
            && !hint.Contains(id, StringComparison.Ordinal))
        {
            hint = Join(hint, $"The center's log has more under {id}.");
        }

        return new CliException(KindOf(type, problem.Status), problem.Detail ?? type, hint)
        {
            Keys = problem.Keys ?? [], Code = problem.Code ?? "",
        };
    }

    /// <summary>From the fault of a failed task.</summary>
    public static CliException ToException(Fault fault)
        => new(KindOf(fault.Type, 0), fault.Message, fault.Hint) { Keys = fault.Keys ?? [], Code = fault.Key ?? "" };

    /// <summary>For a response without problem details.</summary>
    public static CliException ToException(HttpStatusCode status, string what)
        => new(KindOf("", (int)status), $"The center answered {(int)status} to {what}.",
            status == HttpStatusCode.Unauthorized ? Hints.SignIn : "");

    /// <summary>A reason of a key, in words.</summary>
    public static string Reason(string reason) => reason switch
    {
        KeyReasons.MissingOnHost => "the host does not hold it",
        KeyReasons.MissingOnKms => "the KMS does not know it",
        KeyReasons.NotVisibleToIdentity => "not visible to the identity that its provider has now",
        KeyReasons.NotActiveOnKms => "not active on the KMS",
        KeyReasons.ProviderUnreachable => "the key provider is unreachable",
        KeyReasons.ProviderUnknown => "no key provider of that name is registered",
        KeyReasons.NoPermission => "the KMS refuses this client",
        KeyReasons.WrongKey => "the KMS answers with another key under this id",
        KeyReasons.NotAKey => "the KMS has no AES-256 key under this id",
        KeyReasons.RefusedByKms => "the KMS refuses to give it",
        _ => reason,
    };

    /// <summary>An edit that came too late.</summary>
    private static CliException Changed(ProblemModel problem) => new(
        ExitCode.Refused, $"Somebody changed {problem.Object ?? "it"} meanwhile, so nothing was done.",
        "Look again how it is now, and repeat the command if it is still wanted.")
    { Code = problem.Code ?? "" };

    private static ExitCode KindOf(string type, int status) => type switch
    {
        FaultTypes.NotFound => ExitCode.NotFound,
        FaultTypes.NoPermission => ExitCode.NoPermission,
        FaultTypes.NotAuthenticated => ExitCode.NotSignedIn,
        FaultTypes.InvalidArgument => ExitCode.Usage,
        FaultTypes.HostCommunication => ExitCode.Unreachable,
        FaultTypes.SystemError => ExitCode.Other,
        FaultTypes.InvalidPowerState or FaultTypes.InvalidVmConfig or FaultTypes.InvalidDeviceOperation
            or FaultTypes.InvalidDeviceSpec or FaultTypes.GenericVmConfigFault or FaultTypes.InvalidState
            or FaultTypes.NotSupported or FaultTypes.ResourceInUse or FaultTypes.AlreadyExists
            or FaultTypes.NoDiskSpace or FaultTypes.RequestCanceled => ExitCode.Refused,
        _ => KindOf(status),
    };

    private static ExitCode KindOf(int status) => status switch
    {
        400 or 413 or 415 => ExitCode.Usage,
        401 => ExitCode.NotSignedIn,
        403 => ExitCode.NoPermission,
        404 => ExitCode.NotFound,
        409 or 412 or 422 or 423 or 501 or 507 => ExitCode.Refused,
        502 or 503 or 504 => ExitCode.Unreachable,
        _ => ExitCode.Other,
    };

    private static string Join(string a, string b) => a.Length == 0 ? b : a + " " + b;
}
