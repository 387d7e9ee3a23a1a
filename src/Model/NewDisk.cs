namespace Lorica.Model;

/// <summary>An empty disk of a VM that is asked for.</summary>
/// <param name="Capacity">Bytes, a multiple of 512.</param>
/// <param name="Provisioning"><c>thin</c>, <c>lazyZeroed</c>, <c>eagerZeroed</c>.</param>
/// <param name="Data">Bytes of content that follow in an import, so that space can be checked before.</param>
public sealed record NewDisk(long Capacity, string Provisioning = "thin", long Data = 0);
