using System.Threading.Channels;

namespace Lorica.ControlPlane.Tasks;

/// <summary>Somebody who is told which tasks change, until they leave.</summary>
public sealed class TaskListener(ChannelReader<string> changes, Action leave) : IDisposable
{
    /// <summary>Ids of tasks that changed.</summary>
    public ChannelReader<string> Changes { get; } = changes;

    /// <inheritdoc />
    public void Dispose() => leave();
}
