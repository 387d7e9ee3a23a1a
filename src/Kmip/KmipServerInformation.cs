namespace Lorica.Kmip;

/// <summary>What a server says about itself (Query).</summary>
/// <param name="VendorIdentification">Name of product or vendor; empty when not given.</param>
/// <param name="Operations">Operations by number (KMIP 1.4, 9.1.3.2.27); some servers list none.</param>
/// <param name="ObjectTypes">Object types by number; some servers list none.</param>
public sealed record KmipServerInformation(
    string VendorIdentification, IReadOnlyList<int> Operations, IReadOnlyList<int> ObjectTypes);
