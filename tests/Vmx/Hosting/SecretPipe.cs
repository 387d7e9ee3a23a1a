using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace Lorica.Vmx.Tests.Hosting;

/// <summary>A pipe with the secrets of a delivery, closed for writing as hosts do it.</summary>
internal sealed class SecretPipe : IDisposable
{
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out, HandleInheritability.None);

    public SecretPipe(byte[] secrets, bool isClosed = true)
    {
        Reading = _pipe.ClientSafePipeHandle;
        _pipe.Write(secrets);
        if (isClosed)
            _pipe.Dispose();
    }

    public SafeHandle Reading { get; }

    public void Dispose()
    {
        Reading.Dispose();
        _pipe.Dispose();
    }
}
