using Lorica.Crypto;
using Lorica.Disks;

namespace Lorica.Host.Creation;

/// <summary>A disk to make. <paramref name="Data"/>: bytes of content that follow, 0 when not known.</summary>
internal sealed record NewDisk(
    string Label, long Capacity, Provisioning Provisioning, Guid ObjectId, (KeyId Id, string Kcv)? Key, long Data);
