using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tasks;

namespace Lorica.Center.Rest;

/// <summary>The one table that maps faults to HTTP.</summary>
internal static class FaultResults
{
    private const string MediaType = "application/problem+json";

    /// <summary>Status of a fault.</summary>
    public static int StatusOf(Fault fault) => fault.Type switch
    {
        FaultTypes.NotFound => StatusCodes.Status404NotFound,
        FaultTypes.NotAuthenticated when fault.Key == "lorica.signInLocked" => StatusCodes.Status429TooManyRequests,
        FaultTypes.NotAuthenticated => StatusCodes.Status401Unauthorized,
        FaultTypes.NoPermission => StatusCodes.Status403Forbidden,
        FaultTypes.InvalidArgument => fault.Key switch
        {
            "lorica.bodyTooLarge" => StatusCodes.Status413PayloadTooLarge,
            "lorica.mediaType" => StatusCodes.Status415UnsupportedMediaType,
            "lorica.idempotencyMismatch" => StatusCodes.Status422UnprocessableEntity,
            "lorica.methodNotAllowed" => StatusCodes.Status405MethodNotAllowed,
            _ => StatusCodes.Status400BadRequest,
        },
        FaultTypes.InvalidDeviceSpec => StatusCodes.Status400BadRequest,
        FaultTypes.InvalidState when fault.Key == Revisions.ChangedKey => StatusCodes.Status412PreconditionFailed,
        FaultTypes.AlreadyExists or FaultTypes.ResourceInUse or FaultTypes.RequestCanceled or FaultTypes.InvalidPowerState
            or FaultTypes.InvalidState or FaultTypes.InvalidVmConfig or FaultTypes.InvalidDeviceOperation
            or FaultTypes.GenericVmConfigFault => StatusCodes.Status409Conflict,
        FaultTypes.NotSupported => StatusCodes.Status501NotImplemented,
        FaultTypes.NoDiskSpace => StatusCodes.Status507InsufficientStorage,
        FaultTypes.HostCommunication => StatusCodes.Status503ServiceUnavailable,
        _ => fault.Key == "lorica.tooManyRequests"
            ? StatusCodes.Status429TooManyRequests
            : StatusCodes.Status500InternalServerError,
    };

    /// <summary>Answers with problem details.</summary>
    public static Task WriteAsync(HttpContext http, Fault fault, string? correlationId = null)
    {
        int status = StatusOf(fault);
        var problem = new ProblemModel(
            $"urn:lorica:fault:{fault.Type}", fault.Type, status, fault.Message, fault.Key, fault.Object, fault.Hint,
            fault.Keys.Count > 0 ? fault.Keys : null, correlationId);
        http.Response.StatusCode = status;
        http.Response.ContentType = MediaType;
        if (status == StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = fault.Key == "lorica.tooManyRequests" ? "1" : "30";
        }

        return http.Response.Body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(problem, RestJson.Default.ProblemModel), http.RequestAborted).AsTask();
    }
}
