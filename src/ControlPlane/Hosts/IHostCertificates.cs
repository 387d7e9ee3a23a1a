namespace Lorica.ControlPlane.Hosts;

/// <summary>Gives out certificates of hosts; the CA is the center program's.</summary>
public interface IHostCertificates
{
    /// <summary>Issues a certificate with role <c>host</c>.</summary>
    /// <param name="request">PKCS#10, DER. Only its key is taken; it must be signed by that key.</param>
    /// <param name="spki">The key that it must be: the one of the host's TLS connection.</param>
    /// <param name="hostId">Common name.</param>
    /// <returns>PEM of the certificate and of the CA.</returns>
    /// <exception cref="Contracts.Faults.FaultException">InvalidArgument: the request is not
    /// signed, or of another key.</exception>
    (string CertificatePem, string CaPem) Issue(byte[] request, byte[] spki, string hostId);
}
