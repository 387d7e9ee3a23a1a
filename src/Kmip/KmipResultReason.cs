namespace Lorica.Kmip;

/// <summary>Result Reason (KMIP 1.4, 9.1.3.2.29). Values not named here can occur and keep their number.</summary>
public enum KmipResultReason
{
    /// <summary>The server gave no reason.</summary>
    None = 0,

    /// <summary>No such object, or it is not yours.</summary>
    ItemNotFound = 1,

    /// <summary>The answer would be larger than the Maximum Response Size.</summary>
    ResponseTooLarge = 2,

    /// <summary>The identity of the client was not accepted.</summary>
    AuthenticationNotSuccessful = 3,

    /// <summary>The request was not understood.</summary>
    InvalidMessage = 4,

    /// <summary>The server does not have this operation.</summary>
    OperationNotSupported = 5,

    /// <summary>A field that the operation needs is missing.</summary>
    MissingData = 6,

    /// <summary>A field holds something that cannot be.</summary>
    InvalidField = 7,

    /// <summary>An optional feature that the server does not have.</summary>
    FeatureNotSupported = 8,

    /// <summary>Cancelled by the requester.</summary>
    OperationCanceledByRequester = 9,

    /// <summary>The cryptographic operation failed.</summary>
    CryptographicFailure = 10,

    /// <summary>The object's state or type does not allow it.</summary>
    IllegalOperation = 11,

    /// <summary>The client or the object's state does not permit it.</summary>
    PermissionDenied = 12,

    /// <summary>The object is archived.</summary>
    ObjectArchived = 13,

    /// <summary>Too many instances of an attribute, or an index that is not there.</summary>
    IndexOutOfBounds = 14,

    /// <summary>Application namespace not supported.</summary>
    ApplicationNamespaceNotSupported = 15,

    /// <summary>The key format asked for cannot be given.</summary>
    KeyFormatTypeNotSupported = 16,

    /// <summary>The key compression asked for cannot be given.</summary>
    KeyCompressionTypeNotSupported = 17,

    /// <summary>Wrapping encoding option error.</summary>
    EncodingOptionError = 18,

    /// <summary>The object has no key value on this server.</summary>
    KeyValueNotPresent = 19,

    /// <summary>Attestation is required.</summary>
    AttestationRequired = 20,

    /// <summary>Attestation failed.</summary>
    AttestationFailed = 21,

    /// <summary>The object is sensitive and is not given in clear.</summary>
    Sensitive = 22,

    /// <summary>The object is not extractable.</summary>
    NotExtractable = 23,

    /// <summary>An object of this identifier exists.</summary>
    ObjectAlreadyExists = 24,

    /// <summary>Anything else.</summary>
    GeneralFailure = 256,
}
