using System.Runtime.InteropServices;

namespace Lorica.Platform.Sockets;

/// <summary>Handles that stay open while their numbers are used.</summary>
internal readonly struct HeldHandles : IDisposable
{
    private readonly IReadOnlyList<SafeHandle> _handles;
    private readonly int[] _numbers;
    private readonly int _held;

    public HeldHandles(IReadOnlyList<SafeHandle> handles)
    {
        (_handles, _numbers) = (handles, new int[handles.Count]);
        try
        {
            for (; _held < _numbers.Length; _held++)
            {
                bool added = false;
                handles[_held].DangerousAddRef(ref added);
                _numbers[_held] = (int)handles[_held].DangerousGetHandle();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ReadOnlySpan<int> Numbers => _numbers;

    public void Dispose()
    {
        for (int i = 0; i < _held; i++)
            _handles[i].DangerousRelease();
    }
}
