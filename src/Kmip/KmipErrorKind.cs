namespace Lorica.Kmip;

/// <summary>The families of failure: whom the caller has to talk to about it.</summary>
public enum KmipErrorKind
{
    /// <summary>The server understood and said no; <see cref="KmipException.Reason"/> has its reason.</summary>
    Refused,

    /// <summary>The connection could not be made or broke; see <see cref="KmipException.IsTransient"/>.</summary>
    Transport,

    /// <summary>The peer sent bytes that are not a KMIP message, or an answer to another question.</summary>
    Protocol,

    /// <summary>
    /// The server answered in good form, and what it answered is of no use: the object is no AES-256 key that comes as raw bytes,
    /// or something that we need of it is missing. That says something about this one object and nothing about the server.
    /// </summary>
    Unusable,

    /// <summary>The server answered in good form about another object than the one asked for.</summary>
    OtherObject,

    /// <summary>The library was used wrongly; a defect of the caller or of the configuration.</summary>
    Misuse,
}
