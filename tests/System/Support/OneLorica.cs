namespace Lorica.SystemTests.Support;

/// <summary>One Lorica for all tests of a class: they share its KMS, center and host, each has VMs of its own.</summary>
public sealed class OneLorica : IAsyncLifetime
{
    internal LoricaUp Up { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Up = await LoricaUp.StartAsync(secondDatastore: true);
        await Up.AddEmbeddedKmsAsync();
    }

    public ValueTask DisposeAsync() => Up.DisposeAsync();
}
