namespace Lorica.ControlPlane.PolicyBatches;

/// <summary>A policy that is applied to many VMs; its key is the id of the task.</summary>
[Alias("Lorica.IPolicyBatchGrain")]
public interface IPolicyBatchGrain : IGrainWithStringKey
{
    /// <summary>Begins, or takes up what a stop of the center left; nothing when it is at work already.</summary>
    [Alias("RunAsync")]
    Task RunAsync();
}
