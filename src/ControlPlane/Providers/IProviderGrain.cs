using Lorica.ControlPlane.Access;

namespace Lorica.ControlPlane.Providers;

/// <summary>A key provider: one change at a time.</summary>
[Alias("Lorica.IProviderGrain")]
public interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>Registers it.</summary>
    [Alias("AddAsync")]
    Task AddAsync(Caller caller, ProviderSpec spec);

    /// <summary>Removes it; refused while VMs need its keys, unless forced.</summary>
    [Alias("RemoveAsync")]
    Task RemoveAsync(Caller caller, bool force);
}
