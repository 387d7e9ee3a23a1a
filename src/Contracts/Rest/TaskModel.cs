using System.Text.Json;
using Lorica.Contracts.Faults;

namespace Lorica.Contracts.Rest;

/// <summary>A task: work that an operation started.</summary>
/// <param name="Id">Task id.</param>
/// <param name="Kind"><c>vm.import</c>, <c>vm.encrypt</c>, <c>vm.decrypt</c>, <c>vm.recrypt</c>, <c>vm.powerOn</c>, …</param>
/// <param name="Target">Name of the object.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>cancelled</c>.</param>
/// <param name="Percent">0 to 100.</param>
/// <param name="Step">What it works on, in words.</param>
/// <param name="BytesDone">Of a job on data.</param>
/// <param name="BytesTotal">Of a job on data.</param>
/// <param name="User">Who asked.</param>
/// <param name="StartedAt">When.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Fault">Why it failed, or by whom it was cancelled.</param>
/// <param name="ObjectKind">Kind of the object.</param>
/// <param name="ObjectId">Id of the object.</param>
/// <param name="Parent">Id of the task of which it is a part.</param>
/// <param name="Cancellable">Whether it may be cancelled now.</param>
/// <param name="CancelRequested">Whether somebody asked for that.</param>
/// <param name="Result">What it leaves behind; its shape depends on the kind.</param>
public sealed record TaskModel(
    string Id, string Kind, string Target, string State, int Percent, string Step, long BytesDone, long BytesTotal,
    string User, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, Fault? Fault,
    string ObjectKind = "", string ObjectId = "", string? Parent = null, bool Cancellable = false, bool CancelRequested = false,
    JsonElement? Result = null);
