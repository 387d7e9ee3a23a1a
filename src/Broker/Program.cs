using Lorica.Broker.Hosting;
using Lorica.Crypto;

ProcessHardening.Apply();
if (args.Contains("--help"))
{
    Console.WriteLine(BrokerArguments.Help);
    return 0;
}

if (args is ["pin", ..])
{
    var (code, text) = PinCommand.RunSafely(args);
    await (code == 0 ? Console.Out : Console.Error).WriteLineAsync(text);
    return code;
}

if (BrokerArguments.Parse(args, out string? error) is not { } arguments)
{
    await Console.Error.WriteLineAsync($"error: {error}\nhint: lorica-broker --help");
    return 2;
}

try
{
    var app = BrokerApplication.Build(BrokerApplication.ReadConfig(arguments.ConfigPath), arguments.ListenFd);
    await app.StartAsync();
    Console.WriteLine("lorica-broker ready");
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException
    or System.Text.Json.JsonException)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 1;
}
