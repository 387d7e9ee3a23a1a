namespace Lorica.Cli.Up;

/// <summary>A host beside the first one of an installation.</summary>
/// <param name="Number">2 and up: its part is <c>host2</c>, so is its name.</param>
/// <param name="Id">Host id.</param>
/// <param name="Port">Its port.</param>
/// <param name="Pin">SHA-256 of its SubjectPublicKeyInfo, hex.</param>
internal sealed record UpHost(int Number, string Id, int Port, string Pin)
{
    public string Part => PartNames.HostOf(Number);
}
