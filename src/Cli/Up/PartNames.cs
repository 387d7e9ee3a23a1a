namespace Lorica.Cli.Up;

/// <summary>The processes that <c>lorica up</c> starts, in the order of starting; they stop in the other order.</summary>
internal static class PartNames
{
    public const string Kms = "kms";
    public const string Broker = "broker";
    public const string Host = "host";
    public const string Center = "center";

    public static readonly IReadOnlyList<string> All = [Kms, Broker, Host, Center];
}
