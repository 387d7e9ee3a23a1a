namespace Lorica.Broker.Hosting;

/// <summary>What the broker logs: changes of state that an operator cares about. Never a key, never a credential.</summary>
internal static partial class BrokerLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Error, Message = "{Method} failed with {Type} at {Stack}")]
    public static partial void CallFailed(this ILogger log, string method, string type, string stack);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Information, Message = "Provider {Name} configured with {Servers} server(s)")]
    public static partial void ProviderConfigured(this ILogger log, string name, int servers);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Information, Message = "Provider {Name} removed")]
    public static partial void ProviderRemoved(this ILogger log, string name);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Information, Message = "Key {Key} created")]
    public static partial void KeyCreated(this ILogger log, string key);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Information, Message = "Key {Key} active, check value {Kcv}")]
    public static partial void KeyActivated(this ILogger log, string key, string kcv);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Information,
        Message = "Key {Key} sealed to host {Host} as number {Sequence}")]
    public static partial void KeySealed(this ILogger log, string key, string host, ulong sequence);

    [LoggerMessage(EventId = 4007, Level = LogLevel.Warning, Message = "Key {Key} is out of reach: {Reason} ({Detail})")]
    public static partial void KeyOutOfReach(this ILogger log, string key, string reason, string detail);

    [LoggerMessage(EventId = 4008, Level = LogLevel.Warning, Message = "Host {Host} refused: {Why}")]
    public static partial void HostRefused(this ILogger log, string host, string why);

    [LoggerMessage(EventId = 4009, Level = LogLevel.Information, Message = "Host {Host} pinned")]
    public static partial void HostPinned(this ILogger log, string host);

    [LoggerMessage(EventId = 4010, Level = LogLevel.Information,
        Message = "Idle: the process ends, and with it all that TLS remembers")]
    public static partial void Idle(this ILogger log);

    [LoggerMessage(EventId = 4011, Level = LogLevel.Warning, Message = "Server {Server} of {Provider} failed: {Error}")]
    public static partial void ServerFailed(this ILogger log, string server, string provider, string error);

    [LoggerMessage(EventId = 4012, Level = LogLevel.Information, Message = "Provider {Name} has a new client certificate")]
    public static partial void CertificateInstalled(this ILogger log, string name);

    [LoggerMessage(EventId = 4013, Level = LogLevel.Warning, Message = "{Count} keys of {Provider} are out of reach: {Error}")]
    public static partial void KeysOutOfReach(this ILogger log, int count, string provider, string error);

    [LoggerMessage(EventId = 4050, Level = LogLevel.Error, Message = "No space left on {Folder}")]
    public static partial void DiskFull(this ILogger log, string folder);

    [LoggerMessage(EventId = 4021, Level = LogLevel.Warning, Message = "The new identity of {Provider} is not taken: {Why}")]
    public static partial void IdentityRefused(this ILogger log, string provider, string why);

    [LoggerMessage(EventId = 4023, Level = LogLevel.Error, Message = "The sealed {What} of {Provider} does not open")]
    public static partial void SealedUnreadable(this ILogger log, string provider, string what);

    [LoggerMessage(EventId = 4022, Level = LogLevel.Information,
        Message = "Provider {Provider} has the identity with key {KeySha256} ({How})")]
    public static partial void IdentityTaken(this ILogger log, string provider, string keySha256, string how);
}
