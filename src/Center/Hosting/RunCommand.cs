using System.Text.Json;
using Lorica.Contracts.Configs;
using Lorica.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Lorica.Center.Hosting;

/// <summary><c>lorica-center --config FILE</c>: runs until SIGTERM or SIGINT.</summary>
internal static class RunCommand
{
    /// <summary>Runs the center.</summary>
    public static async Task<int> RunAsync(string file)
    {
        var config = Load(file);
        WebApplication app;
        try
        {
            app = await CenterApplication.StartAsync(config, CancellationToken.None);
        }
        catch (Exception e) when (StorageFull.Find(e, config.StateFolder) is { } full)
        {
            throw new CommandException($"The center cannot start: {full.Message} Make room there.");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException($"The center cannot start: {e.Message}");
        }

        await using (app)
        {
            string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(
                a => a.StartsWith("https:", StringComparison.Ordinal));
            await Console.Out.WriteLineAsync($"lorica-center ready on {address}");
            await app.WaitForShutdownAsync();
        }

        return 0;
    }

    private static CenterConfig Load(string file)
    {
        try
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            var config = JsonSerializer.Deserialize(File.ReadAllBytes(file), ConfigJson.Default.CenterConfig)
                ?? throw new JsonException("The file is empty.");
            return config with
            {
                StateFolder = Path.Combine(folder, config.StateFolder),
                Certificate = Path.Combine(folder, config.Certificate),
                Key = Path.Combine(folder, config.Key),
                Ca = Path.Combine(folder, config.Ca),
                BrokerSocket = Path.Combine(folder, config.BrokerSocket),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException($"{file} cannot be read: {e.Message}");
        }
    }
}
