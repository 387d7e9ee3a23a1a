namespace Lorica.Contracts.Rest;

/// <summary>A disk to create.</summary>
/// <param name="Capacity">Bytes, a multiple of 512.</param>
/// <param name="Provisioning"><c>thin</c>, <c>lazyZeroed</c>, <c>eagerZeroed</c>.</param>
/// <param name="Data">Bytes of content that follow in an import, so that space can be checked before.</param>
public sealed record CreateDiskBody(long Capacity, string Provisioning = "thin", long Data = 0);
