using System.Runtime.InteropServices;
using System.Text;

namespace Lorica.Platform.Native;

/// <summary>A C array of C strings, with a null pointer at its end.</summary>
internal sealed unsafe class CStrings : IDisposable
{
    // SAFETY: one pointer more than strings, the last null; each string ends with a zero byte. Freed by Dispose, once.
    public CStrings(IReadOnlyList<string> strings)
    {
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(strings.Count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < strings.Count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(strings[i]);
            Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(Pointer[i], bytes.Length));
        }
    }

    /// <summary>Valid until it is disposed.</summary>
    public byte** Pointer { get; private set; }

    public void Dispose()
    {
        if (Pointer == null)
            return;
        for (byte** p = Pointer; *p != null; p++)
            NativeMemory.Free(*p);
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
