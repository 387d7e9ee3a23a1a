namespace Lorica.ControlPlane.Background;

/// <summary>
/// Who owns a job of the center: the process in which the job's grain, named like it, is active. Orleans activates one at a time.
/// </summary>
[Alias("Lorica.Background")]
public interface IBackgroundGrain : IGrainWithStringKey
{
    /// <summary>Sees to it that the job has an owner.</summary>
    [Alias("Keep")]
    Task KeepAsync();
}
