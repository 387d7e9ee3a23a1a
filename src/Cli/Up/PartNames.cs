using System.Globalization;

namespace Lorica.Cli.Up;

/// <summary>The processes that <c>lorica up</c> starts, in the order of starting; they stop in the other order.</summary>
internal static class PartNames
{
    public const string Kms = "kms";
    public const string Broker = "broker";
    public const string Host = "host";
    public const string Center = "center";

    public static readonly IReadOnlyList<string> All = [Kms, Broker, Host, Center];

    /// <summary>Most hosts of one <c>lorica up</c>: their ranges of user ids lie one after the other.</summary>
    public const int MaximumHosts = 16;

    /// <summary>The host of a number: <c>host</c>, <c>host2</c>, <c>host3</c>…</summary>
    public static string HostOf(int number) =>
        number == 1 ? Host : string.Create(CultureInfo.InvariantCulture, $"{Host}{number}");

    /// <summary>Whether a part has that name, in some installation.</summary>
    public static bool Can(string name) =>
        All.Contains(name) || Enumerable.Range(2, MaximumHosts - 1).Any(n => HostOf(n) == name);
}
