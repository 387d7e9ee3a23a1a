using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Power;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;
using Lorica.Host.Service;
using Lorica.Host.Telemetry;

namespace Lorica.Host.Jobs;

/// <summary>
/// Starts jobs and keeps those that ended for a while. A job holds its VM's turn to its end, whoever asked for it and however
/// long they stay. When the host stops, jobs stop at their next step: the files say what was under way, and the same request goes
/// on from there.
/// </summary>
internal sealed partial class JobService(VmTable table, KeyCache keys, VmDescriber describer, HostEvents events, HostLog log,
    TimeProvider time, CancellationToken stopping)
{
    private const int MaximumKept = 256;
    private static readonly TimeSpan EventPeriod = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly List<Task> _running = [];
    private readonly List<JobArrival> _arriving = [];

    /// <summary>Called after durable steps; for tests of what a crash there leaves.</summary>
    internal Action<string>? AfterStep { get; set; }

    /// <summary>Called before a job begins that may; for tests of what comes between.</summary>
    internal Action? BeforeBegin { get; set; }

    /// <summary>How many calls there are that are to begin a job and have not yet.</summary>
    internal int Arriving
    {
        get
        {
            lock (_gate)
                return _arriving.Count;
        }
    }

    /// <summary>Starts a job, or says how the one of that id is.</summary>
    public async Task<JobDescription> StartAsync(StartJobRequest request, CancellationToken ct)
    {
        var order = JobSpec.From(request);
        if (Find(order.Id) is { } known)
            return known.Snapshot().Description;
        var (registration, entry) = table.Find(request.VmId);
        using var arrival = new JobArrival(order.Id, ct);
        lock (_gate)
            _arriving.Add(arrival);
        try
        {
            return await StartAsync(order, registration, entry, arrival);
        }
        catch (OperationCanceledException) when (arrival.TakenBack)
        {
            throw Refuse.Cancelled(registration.DisplayPath, order.Kind.Word());
        }
        finally
        {
            lock (_gate)
                _arriving.Remove(arrival);
        }
    }

    private async Task<JobDescription> StartAsync(
        JobSpec order, VmRegistration registration, VmEntry entry, JobArrival arrival)
    {
        var ct = arrival.Ending;
        var turn = await entry.EnterAsync(registration.DisplayPath, ct);
        JobContext? context = null;
        try
        {
            // Somebody may have started it while this call waited for its turn.
            if (Find(order.Id) is { } started)
            {
                turn.Dispose();
                return started.Snapshot().Description;
            }

            table.Registry.Advance(registration.Id, order.Epoch, registration.DisplayPath);
            var job = new Job(order.Id, registration.Id, order.Kind);
            var work = WorkOf(order.Kind, keys);
            context = await PrepareAsync(order, job, registration, entry, ct);
            await Task.Run(() => work.Check(context), ct);
            BeforeBegin?.Invoke();
            if (!work.CanBeCancelled)
                job.Settle();
            entry.Announce(order.Kind.Word());
            Begin(job, arrival);
            log.JobStarted(job.Id, job.Kind.Name(), job.VmId);
            var running = context;
            var task = Task.Run(() => RunAsync(work, running, turn), CancellationToken.None);
            lock (_gate)
            {
                _running.RemoveAll(t => t.IsCompleted);
                _running.Add(task);
            }

            _ = Task.Run(() => PublishAsync(job), CancellationToken.None);
            return job.Snapshot().Description;
        }
        catch
        {
            if (context is not null)
                await context.DisposeAsync();
            turn.Dispose();
            throw;
        }
    }

    /// <summary>After the host was told to stop: completes when no job works any more, so that keys can be erased.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
            return Task.WhenAll(_running);
    }

    /// <summary>A job by its id, or null.</summary>
    public Job? Find(string id)
    {
        lock (_gate)
            return _jobs.GetValueOrDefault(id);
    }

    /// <summary>All jobs that are known, oldest first.</summary>
    public IReadOnlyList<JobDescription> List()
    {
        lock (_gate)
            return [.. _order.Select(id => _jobs[id].Snapshot().Description)];
    }

    /// <summary>The work of a kind; one that has none is an error, never another kind's.</summary>
    internal static IJobWork WorkOf(JobKind kind, KeyCache keys) => kind switch
    {
        JobKind.Encrypt => new EncryptJob(),
        JobKind.Decrypt => new DecryptJob(),
        JobKind.RecryptShallow => new ShallowRecryptJob(),
        JobKind.RecryptDeep => new DeepRecryptJob(),
        JobKind.Clone => new CloneJob(keys),
        JobKind.Relocate => new RelocateJob(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of job without work."),
    };

    private async Task<JobContext> PrepareAsync(
        JobSpec order, Job job, VmRegistration registration, VmEntry entry, CancellationToken ct)
    {
        if (entry.Running is not null && order.Kind != JobKind.RecryptShallow)
        {
            throw Refuse.PowerState(
                registration.DisplayPath, $"{registration.DisplayPath} is powered on; it must be off to {order.Kind.Word()} it.",
                "Power it off.");
        }

        var home = table.OpenHome(registration);
        var lease = keys.Lease(pin: true);
        VmLock? vmLock = null;
        try
        {
            if (entry.Running is { } running)
                home.ChangeUnder(new VmxRight(running, home, table));
            else
                vmLock = await table.LockAsync(home, ct);
            return new JobContext(order, job, entry, table, home, vmLock, lease, log) { AfterStep = AfterStep };
        }
        catch
        {
            lease.Dispose();
            if (vmLock is not null)
                await vmLock.DisposeAsync();
            home.Dispose();
            throw;
        }
    }

    private async Task RunAsync(IJobWork work, JobContext context, IDisposable turn)
    {
        var (job, registration) = (context.Job, context.Home.Registration);
        Fault? fault = null;
        using var activity = HostTelemetry.JobBegins(job.Kind, job.Id, job.VmId.ToString());
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, job.Cancelled, context.LockLost);
        try
        {
            await work.RunAsync(context, ending.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await context.DisposeAsync();
            turn.Dispose();
            return;
        }
        catch (OperationCanceledException) when (job.Cancelled.IsCancellationRequested)
        {
            fault = Refuse.Cancelled(registration.DisplayPath, job.Kind.Word()).Fault;
        }
        catch (Exception e) when (context.LostRight is { } lost
            && (e is OperationCanceledException || Refuse.IsWithoutRight(FaultMap.Find(e, ""))))
        {
            fault = Refuse.WithoutRight(registration.DisplayPath, lost).Fault;
        }
        catch (Exception e)
        {
            fault = FaultMap.Find(e, registration.DisplayPath);
            if (fault is null)
            {
                var correlation = Guid.NewGuid();
                log.JobBroke(e, job.Id, correlation);
                fault = UnforeseenFault.Make(correlation);
            }
        }

        // The locks go before the end is said: who hears of it may start the next thing at once.
        await context.DisposeAsync();
        var (result, entry) = table.Find((context.ResultId ?? registration.Id).ToString());
        var description = describer.Describe(result, entry);
        turn.Dispose();
        if (fault is null)
        {
            log.JobSucceeded(job.Id, job.Kind.Name(), job.VmId);
            HostTelemetry.JobEnded(job.Kind, JobState.Succeeded);
            job.Succeed(description);
        }
        else
        {
            log.JobFailed(job.Id, job.Kind.Name(), job.VmId, fault.Key, fault.Message);
            HostTelemetry.JobEnded(job.Kind, JobState.Failed);
            job.Fail(fault, description);
        }
    }

    private async Task PublishAsync(Job job)
    {
        try
        {
            while (true)
            {
                var (description, changed) = job.Snapshot();
                events.JobChanged(description);
                if (description.State != HostJobState.Running)
                    return;
                await changed.WaitAsync(stopping);
                await Task.WhenAny(Task.Delay(EventPeriod, time, stopping), WhenEndedAsync(job));
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    /// <summary>Completes when a job has ended.</summary>
    public async Task WhenEndedAsync(Job job)
    {
        while (true)
        {
            var (description, changed) = job.Snapshot();
            if (description.State != HostJobState.Running)
                return;
            await changed.WaitAsync(stopping);
        }
    }

    /// <summary>
    /// The one point from which on the job is known and goes on: who was told before that there is none can count on it.
    /// </summary>
    private void Begin(Job job, JobArrival arrival)
    {
        lock (_gate)
        {
            arrival.RequireWanted();
            _jobs.Add(job.Id, job);
            _order.Enqueue(job.Id);
            while (_order.Count > MaximumKept && !_jobs[_order.Peek()].IsRunning)
            {
                if (_jobs.Remove(_order.Dequeue(), out var old))
                    old.Dispose();
            }
        }
    }
}
