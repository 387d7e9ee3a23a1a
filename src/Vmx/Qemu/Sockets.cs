namespace Lorica.Vmx.Qemu;

/// <summary>Names in the run folder.</summary>
internal static class Sockets
{
    public const string Nbd = "nbd.sock";
    public const string Qmp = "qmp.sock";
    public const string Serial = "serial.sock";

    /// <summary>QEMU's process id as text: for the host, should it have to end a machine whose vmx is gone.</summary>
    public const string PidFile = "qemu.pid";
}
