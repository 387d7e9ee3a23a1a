namespace Lorica.Host.Service;

/// <summary>What operators read. Keys by id and check value only; never a key, never guest data.</summary>
internal sealed partial class HostLog(ILogger<HostLog> log)
{
    [LoggerMessage(1100, LogLevel.Information, "Host {Name} ({Id}), start {BootId}: key memory {Memory}, XTS by {Backend}")]
    public partial void Started(string name, string id, string bootId, string memory, string backend);

    [LoggerMessage(1101, LogLevel.Warning, "This machine has no AES instructions: encryption works, but slowly ({Backend}).")]
    public partial void NoHardwareAes(string backend);

    [LoggerMessage(
        1102, LogLevel.Warning, "The file {File} of the registry is damaged; its VM is not there until it is put right.")]
    public partial void RegistryDamaged(string file);

    [LoggerMessage(1103, LogLevel.Information, "Removed what was left of {Path}: the host had stopped in the middle")]
    public partial void Swept(string path);

    [LoggerMessage(1105, LogLevel.Information, "Encryption mode is {Mode}, host key {Key}")]
    public partial void CryptoModeChanged(string mode, string key);

    [LoggerMessage(
        1104, LogLevel.Warning,
        "What is left of {Path} cannot be removed yet and stays noted; the next start of the host tries again: {Reason}")]
    public partial void SweepFailed(string path, string reason);

    [LoggerMessage(1106, LogLevel.Warning, "What a former run of VM {VmId} left cannot be removed: {Reason}")]
    public partial void RunNotRemoved(Guid vmId, string reason);

    [LoggerMessage(1108, LogLevel.Information, "Guests run by {Accelerator}: {Reason}")]
    public partial void Accelerated(string accelerator, string reason);

    [LoggerMessage(1110, LogLevel.Information, "Key {Provider}/{KeyId} (check value {Kcv}) taken for {Operation}")]
    public partial void KeyAdded(string provider, string keyId, string kcv, string operation);

    [LoggerMessage(1111, LogLevel.Warning, "Key {Provider}/{KeyId} refused: {Reason}: {Message}")]
    public partial void KeyRefused(string provider, string keyId, string reason, string message);

    [LoggerMessage(1112, LogLevel.Information, "Key {Provider}/{KeyId} removed")]
    public partial void KeyRemoved(string provider, string keyId);

    [LoggerMessage(1113, LogLevel.Information, "Key {Provider}/{KeyId} stays: a powered-on VM or a job needs it")]
    public partial void KeyPinned(string provider, string keyId);

    [LoggerMessage(1120, LogLevel.Information, "VM {VmId} made: {Path}, encrypted: {Encrypted}")]
    public partial void VmCreated(Guid vmId, string path, bool encrypted);

    [LoggerMessage(1121, LogLevel.Information, "VM {VmId} removed: {Path}")]
    public partial void VmRemoved(Guid vmId, string path);

    [LoggerMessage(1124, LogLevel.Warning,
        "Files of VM {VmId} at {Path}, where it was or was to go, are somebody else's by now and stay")]
    public partial void LeftAlone(Guid vmId, string path);

    [LoggerMessage(1125, LogLevel.Warning,
        "What a relocation left of VM {VmId} at {Path} stays there and is forgotten: {Reason} Remove it by hand")]
    public partial void LeftBehind(Guid vmId, string path, string reason);

    [LoggerMessage(1122, LogLevel.Information, "VM {VmId} registered: {Path}")]
    public partial void VmRegistered(Guid vmId, string path);

    [LoggerMessage(1123, LogLevel.Information, "VM {VmId} unregistered: {Path}; its files stay")]
    public partial void VmUnregistered(Guid vmId, string path);

    [LoggerMessage(1130, LogLevel.Information, "VM {VmId} powered on")]
    public partial void PoweredOn(Guid vmId);

    [LoggerMessage(1139, LogLevel.Warning,
        "VM {VmId} runs, but whether its storage loses acknowledged writes cannot be watched: {Reason}")]
    public partial void NoWitness(Guid vmId, string reason);

    [LoggerMessage(1149, LogLevel.Error, "Whether VM {VmId} runs since before this start cannot be found out: {Reason}")]
    public partial void NotAdopted(Guid vmId, string reason);

    [LoggerMessage(1131, LogLevel.Information, "VM {VmId} powered off: {Detail}")]
    public partial void PoweredOff(Guid vmId, string detail);

    [LoggerMessage(
        1132, LogLevel.Warning, "The vmx of VM {VmId} ended while the guest runs; starting it again (attempt {Attempt})")]
    public partial void VmxRestarting(Guid vmId, int attempt);

    [LoggerMessage(1133, LogLevel.Warning, "The vmx of VM {VmId} cannot be started again yet: {Reason}")]
    public partial void VmxRestartFailed(Guid vmId, string reason);

    [LoggerMessage(1134, LogLevel.Information, "Found VM {VmId} running")]
    public partial void Adopted(Guid vmId);

    [LoggerMessage(1135, LogLevel.Warning, "VM {VmId} reports: {Guest} {Detail}")]
    public partial void GuestReports(Guid vmId, string guest, string detail);

    [LoggerMessage(1136, LogLevel.Warning, "The console of VM {VmId} was not kept: {Reason}")]
    public partial void ConsoleLost(Guid vmId, string reason);

    [LoggerMessage(1137, LogLevel.Error, "Supervision of VM {VmId} failed, correlation id {CorrelationId}")]
    public partial void SupervisionFailed(Exception e, Guid vmId, Guid correlationId);

    [LoggerMessage(1138, LogLevel.Error, "A disk of VM {VmId} failed to make acknowledged writes durable: {Detail}")]
    public partial void FlushFailed(Guid vmId, string detail);

    [LoggerMessage(1140, LogLevel.Information, "Job {JobId} ({Kind}) on VM {VmId} started")]
    public partial void JobStarted(string jobId, string kind, Guid vmId);

    [LoggerMessage(1141, LogLevel.Information, "Job {JobId} ({Kind}) on VM {VmId} succeeded")]
    public partial void JobSucceeded(string jobId, string kind, Guid vmId);

    [LoggerMessage(1142, LogLevel.Warning, "Job {JobId} ({Kind}) on VM {VmId} failed: {Reason}: {Message}")]
    public partial void JobFailed(string jobId, string kind, Guid vmId, string reason, string message);

    [LoggerMessage(1143, LogLevel.Error, "Job {JobId} failed, correlation id {CorrelationId}")]
    public partial void JobBroke(Exception e, string jobId, Guid correlationId);

    [LoggerMessage(1145, LogLevel.Warning, "The console of VM {VmId} does not verify and was set aside as {File}: {Reason}")]
    public partial void ConsoleSetAside(Guid vmId, string file, string reason);

    [LoggerMessage(1144, LogLevel.Warning, "An interrupted shallow recrypt of VM {VmId} was {How}")]
    public partial void RekeyRecovered(Guid vmId, string how);
}
