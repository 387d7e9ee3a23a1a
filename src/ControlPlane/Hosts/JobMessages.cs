using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Jobs, from and to the wire.</summary>
internal static class JobMessages
{
    /// <summary>From the wire.</summary>
    public static HostJob ToModel(this JobDescription m) => new()
    {
        JobId = m.JobId, VmId = m.VmId, Kind = m.Kind.ToModel(), State = m.State.ToModel(), BytesDone = m.BytesDone,
        BytesTotal = m.BytesTotal,
        Step = m.Step, Fault = m.Fault.ToModel(), Result = m.Result?.ToModel(), Notes = [.. m.Notes],
    };

    /// <summary>To the wire.</summary>
    public static StartJobRequest ToMessage(this JobSpec job)
    {
        var m = new StartJobRequest
        {
            JobId = job.JobId, VmId = job.VmId, Epoch = job.Epoch, Kind = job.Kind.ToMessage(), NewKey = job.NewKey?.ToRef(),
            NewKcv = job.NewKey?.Kcv ?? "", Home = job.Home, AllDisks = job.AllDisks, Force = job.Force,
            NewVm = job.NewVm?.ToMessage(),
            Relocate = job.Relocate is { } to
                ? new RelocateOrder { Datastore = to.Datastore, Provisioning = to.Provisioning?.ToMessage() ?? default } : null,
        };
        m.Records.Add(job.Records);
        m.Disks.AddRange(job.Disks);
        m.Generations.AddRange(
            job.Generations.Select(g => new KnownGeneration { ObjectId = g.Key, Generation = g.Value }));
        m.Keys.AddRange(
            job.Keys.Select(k => new ObjectKey { ObjectId = k.Key, Key = k.Value.ToRef(), Kcv = k.Value.Kcv }));
        return m;
    }
}
