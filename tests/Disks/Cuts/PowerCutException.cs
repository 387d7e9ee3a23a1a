namespace Lorica.Disks.Tests.Cuts;

/// <summary>The process or the machine ends here.</summary>
public sealed class PowerCutException : Exception;
