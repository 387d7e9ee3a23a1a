

namespace Lorica.ControlPlane.Vms.Operations.ImportVm;

/// <summary>Content of a disk.</summary>
internal readonly record struct DiskFrame(int Disk, long Offset, ReadOnlyMemory<byte> Data);
