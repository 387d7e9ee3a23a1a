using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip.Tests.Live;

/// <summary>How our client reaches a PyKMIP server.</summary>
internal static class PyKmipOptions
{
    /// <param name="server">The server.</param>
    /// <param name="client">The client's certificate; empty: none.</param>
    public static KmipClientOptions Options(this PyKmip server, string client = "client") => new()
    {
        Host = "localhost",
        Port = server.Port,
        ClientCertificate = client.Length == 0 ? null : server.Certificate(client),
        ServerTrust = new() { Roots = [X509CertificateLoader.LoadCertificateFromFile(server.Pki("ca.crt"))] },
    };
}
