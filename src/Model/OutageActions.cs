namespace Lorica.Model;

/// <summary>What happens to a VM when one of its keys stays out of reach on its KMS for longer than the policy allows.</summary>
public static class OutageActions
{
    /// <summary>Nothing: it runs on with the keys that its host holds.</summary>
    public const string KeepRunning = "keepRunning";

    /// <summary>It is not powered on, although its host may still hold the key.</summary>
    public const string PreventPowerOn = "preventPowerOn";

    /// <summary>Its processors are paused until the key is within reach again.</summary>
    public const string Suspend = "suspend";

    /// <summary>It is powered off, the guest being asked first.</summary>
    public const string ShutDown = "shutDown";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [KeepRunning, PreventPowerOn, Suspend, ShutDown];
}
