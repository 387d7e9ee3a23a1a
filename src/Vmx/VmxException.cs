namespace Lorica.Vmx;

/// <summary>The program's own exception; its message is fit for an operator and holds no secrets.</summary>
internal sealed class VmxException(VmxErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public VmxErrorKind Kind { get; } = kind;
}
