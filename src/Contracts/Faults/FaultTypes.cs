namespace Lorica.Contracts.Faults;

/// <summary>Types of <see cref="Fault"/>; the names are those of the vSphere API where it has one.</summary>
public static class FaultTypes
{
    /// <summary>The VM must be powered off (or on).</summary>
    public const string InvalidPowerState = "InvalidPowerState";

    /// <summary>The configuration breaks a rule of VM encryption.</summary>
    public const string InvalidVmConfig = "InvalidVmConfig";

    /// <summary>The device is already, or is not, encrypted.</summary>
    public const string InvalidDeviceOperation = "InvalidDeviceOperation";

    /// <summary>The device cannot be what the request wants.</summary>
    public const string InvalidDeviceSpec = "InvalidDeviceSpec";

    /// <summary>A file of the VM is damaged, edited, or needs a key that is not there.</summary>
    public const string GenericVmConfigFault = "GenericVmConfigFault";

    /// <summary>An argument of the request is malformed.</summary>
    public const string InvalidArgument = "InvalidArgument";

    /// <summary>The object is in a state that does not allow the operation.</summary>
    public const string InvalidState = "InvalidState";

    /// <summary>Lorica does not do that.</summary>
    public const string NotSupported = "NotSupported";

    /// <summary>The caller lacks a privilege.</summary>
    public const string NoPermission = "NoPermission";

    /// <summary>Something else uses the object.</summary>
    public const string ResourceInUse = "ResourceInUse";

    /// <summary>The name or identifier is taken.</summary>
    public const string AlreadyExists = "AlreadyExists";

    /// <summary>There is no such object.</summary>
    public const string NotFound = "NotFound";

    /// <summary>The datastore has too little space.</summary>
    public const string NoDiskSpace = "NoDiskSpace";

    /// <summary>A host, broker or KMS cannot be reached.</summary>
    public const string HostCommunication = "HostCommunication";

    /// <summary>The caller is not signed in.</summary>
    public const string NotAuthenticated = "NotAuthenticated";

    /// <summary>Somebody asked to cancel it; a task that ends with it is <c>cancelled</c>.</summary>
    public const string RequestCanceled = "RequestCanceled";

    /// <summary>An internal error; details are in the log under the correlation id.</summary>
    public const string SystemError = "SystemError";
}
