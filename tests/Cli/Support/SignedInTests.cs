namespace Lorica.Cli.Tests.Support;

/// <summary>Tests of a command line that is signed in to a center which answers as it is told to.</summary>
public abstract class SignedInTests : IAsyncLifetime
{
    private protected readonly TestCa _pki = new();
    private protected readonly CliRun _cli = new();
    private protected FakeCenter _center = null!;

    public virtual async ValueTask InitializeAsync()
    {
        _center = await FakeCenter.StartAsync(_pki);
        _cli.SignIn(_center.Address, _pki);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _center.DisposeAsync();
        _cli.Dispose();
        _pki.Dispose();
    }
}
