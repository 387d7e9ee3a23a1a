namespace Lorica.Host.Home;

/// <summary>As what this process takes locks: the host, and this start of it.</summary>
internal sealed record WriterIdentity(string HostId, string BootId);
