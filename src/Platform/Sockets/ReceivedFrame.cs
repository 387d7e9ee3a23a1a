using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Sockets;

/// <summary>A frame and the descriptors that came with it, which are closed with it unless somebody has taken them.</summary>
public sealed class ReceivedFrame : IDisposable
{
    private List<SafeFileHandle> _descriptors;

    internal ReceivedFrame(byte[] message, List<SafeFileHandle> descriptors) => (Message, _descriptors) = (message, descriptors);

    /// <summary>The message.</summary>
    public byte[] Message { get; }

    /// <summary>Whether descriptors came with it that nobody has taken.</summary>
    public bool HasDescriptors => _descriptors.Count > 0;

    /// <summary>The descriptors, in their order; from here on the caller's.</summary>
    public IReadOnlyList<SafeFileHandle> Take()
    {
        var taken = _descriptors;
        _descriptors = [];
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _descriptors.ForEach(d => d.Dispose());
        _descriptors.Clear();
    }
}
