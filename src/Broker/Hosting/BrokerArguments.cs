namespace Lorica.Broker.Hosting;

/// <summary>The command line, read.</summary>
/// <param name="ConfigPath">The configuration file.</param>
/// <param name="ListenFd">A listening socket that was handed over, or null: bind the configured one.</param>
internal sealed record BrokerArguments(string ConfigPath, int? ListenFd)
{
    public const string Help = """
        lorica-broker: the only process of the control plane that ever holds a key-encryption key

        usage: lorica-broker --config FILE [--listen-fd N]
               lorica-broker pin HOST-ID SPKI-SHA256 --config FILE

          pin              say which key a host has: keys are sealed to it from now on. Needed for
                           each host where the configuration has "hostPinning": "operator" (the
                           default), and always for a host that was installed anew

          --config FILE    configuration (JSON): state folder, socket, certificates, pins
          --listen-fd N    listening Unix socket that the parent holds; without it LISTEN_FDS of
                           socket activation is honoured, else the configured socket is bound
          --help           this text

        It answers the center only, and exits when idle: whoever holds the socket starts it again.

        examples: lorica-broker --config /etc/lorica/broker.json
                  lorica-broker pin 8d4f4a52-1111-4222-8333-444455556666 9f86…0a08 --config /etc/lorica/broker.json
        """;

    private const int FirstActivatedFd = 3;

    /// <summary>
    /// Reads <paramref name="args"/>; null with a sentence in <paramref name="error"/> when they make no sense.
    /// </summary>
    public static BrokerArguments? Parse(string[] args, out string error)
    {
        string? config = null;
        int? fd = null;
        error = "";
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--config" when value is not null:
                    config = value;
                    i++;
                    break;
                case "--listen-fd" when int.TryParse(value, out int number) && number > 2:
                    fd = number;
                    i++;
                    break;
                default:
                    error = $"'{args[i]}' is not understood here.";
                    return null;
            }
        }

        if (config is null)
        {
            error = "--config is missing.";
            return null;
        }

        return new BrokerArguments(config, fd ?? ActivatedSocket());
    }

    /// <summary>sd_listen_fds(3): LISTEN_PID must be ours when it is set.</summary>
    private static int? ActivatedSocket()
    {
        if (Environment.GetEnvironmentVariable("LISTEN_FDS") != "1")
            return null;
        string? pid = Environment.GetEnvironmentVariable("LISTEN_PID");
        return pid is null || pid == Environment.ProcessId.ToString() ? FirstActivatedFd : null;
    }
}
