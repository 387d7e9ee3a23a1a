using Lorica.Contracts.Broker;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Telemetry;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Composition;

/// <summary>
/// The truth about the center and what it needs. The broker is really asked, but not more often than every five minutes while it
/// answers: it exits when idle, and asking for its health must not keep the process with the keys alive.
/// </summary>
public sealed class CenterHealth(
    CenterStore store, BrokerLink broker, HostDirectory hosts, BackgroundDriver background, TimeProvider time)
{
    /// <summary>What a part says that is well.</summary>
    public const string Ok = "ok";

    private static readonly TimeSpan BelieveBroker = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(3);

    /// <summary>Asks each part.</summary>
    public async Task<HealthModel> ReadAsync(CancellationToken ct)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal) { ["database"] = await DatabaseAsync(ct) };
        parts["broker"] = await BrokerAsync(ct);
        if (parts["database"] == Ok)
        {
            foreach (var (name, state) in await hosts.StatesAsync(ct))
            {
                parts[$"host {name}"] = state == HostStates.Connected ? Ok : state;
            }
        }

        foreach (var job in background.Owned.Where(j => j.Trouble is not null))
        {
            parts[$"background {job.Name}"] = job.Trouble!;
        }

        string status = parts["database"] != Ok ? "failed" : parts.Values.All(p => p == Ok) ? "healthy" : "degraded";
        return new HealthModel(status, ThisAssembly.Version, parts);
    }

    /// <summary>Whether the database can be read: <see cref="Ok"/>, or what went wrong.</summary>
    public async Task<string> DatabaseAsync(CancellationToken ct)
    {
        try
        {
            await store.ReadAsync(db => db.Users.AnyAsync(ct), ct);
            return Ok;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return e.GetType().Name;
        }
    }

    private async Task<string> BrokerAsync(CancellationToken ct)
    {
        if (broker.LastAnswer is { } last && time.GetUtcNow() - last < BelieveBroker)
        {
            return Ok;
        }

        using var patience = new CancellationTokenSource(BrokerPatience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            await broker.CallAsync((b, o) => b.DescribeAsync(new DescribeRequest(), o), both.Token);
            return Ok;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return broker.LastError;
        }
        catch (Contracts.Faults.FaultException e)
        {
            return e.Fault.Message;
        }
    }
}
