using System.Runtime.InteropServices;

namespace Lorica.Cli.Up;

/// <summary>How one part is started.</summary>
/// <param name="Name">One of <see cref="PartNames"/>.</param>
/// <param name="Program">Path of the program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Listening">A listening socket that the part inherits; the part may then exit when idle and is started again by
/// the next connection.</param>
internal sealed record PartSpec(string Name, string Program, IReadOnlyList<string> Arguments, SafeHandle? Listening = null)
{
    /// <summary>How its line begins when it is ready.</summary>
    public string ReadyLine => $"{Path.GetFileName(Program)} ready";
}
