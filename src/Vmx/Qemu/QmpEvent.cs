namespace Lorica.Vmx.Qemu;

/// <summary>An event of QEMU, with the few members that matter here.</summary>
/// <param name="Name">SHUTDOWN, STOP, RESUME, BLOCK_IO_ERROR, …</param>
/// <param name="Reason">SHUTDOWN: <c>reason</c>; BLOCK_IO_ERROR: <c>reason</c>; else empty.</param>
/// <param name="Action">BLOCK_IO_ERROR: <c>action</c>; else empty.</param>
/// <param name="Device">BLOCK_IO_ERROR: <c>node-name</c>; else empty.</param>
internal readonly record struct QmpEvent(string Name, string Reason, string Action, string Device);
