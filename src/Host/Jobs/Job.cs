using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Home;

namespace Lorica.Host.Jobs;

/// <summary>
/// One job: what it does and how far it is. Safe for several threads; who watches waits for <see cref="Snapshot"/> to change.
/// </summary>
internal sealed partial class Job(string id, Guid vmId, JobKind kind)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private JobState _state = JobState.Running;
    private string _step = "";
    private long _doneBefore, _done, _total;
    private Fault? _fault;
    private VmDescription? _result;
    private string[] _notes = [];

    public string Id { get; } = id;

    public Guid VmId { get; } = vmId;

    public JobKind Kind { get; } = kind;

    /// <summary>What is to say now, and what completes with the next change.</summary>
    public (JobDescription Description, Task Changed) Snapshot()
    {
        lock (_gate)
        {
            return (new JobDescription
            {
                JobId = Id, VmId = VmId.ToString(), Kind = Kind.ToMessage(), State = _state.ToMessage(), BytesDone = _done,
                BytesTotal = _total, Step = _step,
                Fault = _fault is null ? null : FaultCodec.ToMessage(_fault), Result = _result, Notes = { _notes },
            }, _changed.Task);
        }
    }

    /// <summary>Whether it has not ended.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
                return _state == JobState.Running;
        }
    }

    /// <summary>How many bytes there are to do in all.</summary>
    public void Plan(long total) => Change(() => _total = total);

    /// <summary>A new step starts: <c>home</c> or a disk's label.</summary>
    public void Step(string name) => Change(() => _step = name);

    /// <summary>Something that a person should know of the result.</summary>
    public void Note(string note) => Change(() => _notes = [.. _notes, note]);

    /// <summary>Bytes done in this step.</summary>
    public void Advance(long done) => Change(() => _done = Math.Min(_doneBefore + done, _total));

    /// <summary>The step of this many bytes is done.</summary>
    public void StepDone(long bytes) => Change(() => _done = _doneBefore = Math.Min(_doneBefore + bytes, _total));

    public void Succeed(VmDescription result) => Change(() => (_state, _result, _done) = (JobState.Succeeded, result, _total));

    public void Fail(Fault fault, VmDescription result) =>
        Change(() => (_state, _fault, _result) = (JobState.Failed, fault, result));

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            changed = _changed;
            _changed = New();
        }

        changed.SetResult();
    }
}
