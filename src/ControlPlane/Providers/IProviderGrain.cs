using Lorica.Model;

namespace Lorica.ControlPlane.Providers;

/// <summary>A key provider: one change at a time.</summary>
[Alias("Lorica.IProviderGrain")]
public interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>Registers it.</summary>
    [Alias("AddAsync")]
    Task AddAsync(Caller caller, ProviderSpec spec);

    /// <summary>Changes what <paramref name="change"/> holds.</summary>
    [Alias("ChangeAsync")]
    Task ChangeAsync(Caller caller, ProviderSpec change);

    /// <summary>Installs the certificate that was requested, or a renewed one.</summary>
    [Alias("InstallCertificateAsync")]
    Task InstallCertificateAsync(Caller caller, string pem, bool force);

    /// <summary>Renews the identity.</summary>
    [Alias("RenewAsync")]
    Task RenewAsync(Caller caller, RenewSpec spec);

    /// <summary>Puts the former identity back.</summary>
    [Alias("RestoreAsync")]
    Task RestoreAsync(Caller caller, bool force);

    /// <summary>Removes it; refused while VMs need its keys, unless forced.</summary>
    [Alias("RemoveAsync")]
    Task RemoveAsync(Caller caller, bool force);
}
