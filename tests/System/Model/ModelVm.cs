namespace Lorica.SystemTests.Model;

/// <summary>What the dull model knows of a VM.</summary>
/// <param name="Exists">It is in the inventory.</param>
/// <param name="Provider">Key provider of home and disk; empty when they are plain.</param>
/// <param name="On">Powered on.</param>
/// <param name="KeyOnHost">The host has its KEK, as long as it is not restarted.</param>
internal sealed record ModelVm(bool Exists, string Provider, bool On, bool KeyOnHost)
{
    public static ModelVm Nothing { get; } = new(false, "", false, false);

    public bool Encrypted => Provider.Length > 0;
}
