namespace Lorica.Cli.Up;

/// <summary>Configuration file of <c>lorica-kms</c>, as that program documents it; it shares no code with the rest.</summary>
internal sealed record KmsConfig(string StateFolder, string Listen, string Certificate, string Key, string Ca);
