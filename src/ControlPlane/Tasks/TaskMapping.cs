using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tasks;

/// <summary>Rows of tasks as REST tells them.</summary>
internal static class TaskMapping
{
    public static TaskModel ToModel(this TaskRow t) => new(
        t.Id, t.Kind, t.Target, t.State, t.Percent, t.Step, t.BytesDone, t.BytesTotal, t.UserName,
        DateTimeOffset.FromUnixTimeMilliseconds(t.StartedAt),
        t.EndedAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null,
        t.Fault is null ? null : JsonSerializer.Deserialize(t.Fault, StoreJson.Default.Fault),
        t.ObjectKind, t.ObjectId, t.ParentId.Length > 0 ? t.ParentId : null, t.Cancellable && !TaskStates.Ended(t.State),
        t.CancelBy is not null, t.Result is null ? null : JsonSerializer.Deserialize(t.Result, StoreJson.Default.JsonElement));

    /// <summary>Who asked for a task, and from where.</summary>
    public static Caller ToCaller(this TaskRow t) => t.UserName == Caller.SystemName
        ? Caller.System
        : new Caller(t.UserName, TokenId: t.TokenId)
        {
            Origin = t.Address.Length + t.SessionId.Length + t.CorrelationId.Length > 0
                ? new RequestOrigin(t.Address, t.SessionId, t.CorrelationId) : null,
        };

    /// <summary>Notes who asks for a task, and from where.</summary>
    public static TaskRow AskedBy(this TaskRow t, Caller caller)
    {
        (t.UserName, t.TokenId) = (caller.User, caller.TokenId);
        (t.Address, t.SessionId, t.CorrelationId) = caller.Origin is { } origin
            ? (origin.Address, origin.SessionId, origin.CorrelationId) : ("", "", "");
        return t;
    }

    public static string ToJson(Fault fault) => JsonSerializer.Serialize(fault, StoreJson.Default.Fault);
}
