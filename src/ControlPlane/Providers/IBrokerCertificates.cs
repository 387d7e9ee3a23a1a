namespace Lorica.ControlPlane.Providers;

/// <summary>Signs certificates over the broker's own key; the CA is the center program's.</summary>
public interface IBrokerCertificates
{
    /// <summary>Issues a certificate with role <c>broker</c>.</summary>
    /// <param name="requestPem">PKCS#10, PEM. Only its key is taken; it must be signed by that key.</param>
    /// <param name="pin">The key that it must be (SHA-256 of its SubjectPublicKeyInfo): the one by which the center knows its
    /// broker.</param>
    /// <returns>PEM of the certificate.</returns>
    /// <exception cref="Contracts.Faults.FaultException">InvalidArgument: the request is not signed, or of another
    /// key.</exception>
    string Issue(string requestPem, string pin);
}
