namespace Lorica.Kmip;

/// <summary>
/// Shows a password, UTF-8, in memory that its caller owns. The client asks once for each request and copies the bytes
/// into that request's buffer, which is zero again when the request has been answered; it keeps none beside.
/// </summary>
/// <returns>The bytes, valid until the call that asked for them has written them.</returns>
public delegate ReadOnlySpan<byte> KmipPassword();
