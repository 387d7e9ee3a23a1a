using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary>Finds a key provider by name.</summary>
internal static class ProviderLookup
{
    public static async Task<ProviderModel> FindAsync(CenterClient center, string name, CancellationToken ct)
        => (await center.ProvidersAsync(ct)).Items.FirstOrDefault(p => p.Name == name)
            ?? throw new CliException(ExitCode.NotFound, $"There is no key provider {name}.", "List them with: lorica kms ls");
}
