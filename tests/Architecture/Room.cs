namespace Lorica.Architecture.Tests;

/// <summary>One row of the table of rooms in ARCHITECTURE.md.</summary>
/// <param name="Name">The folder in src/.</param>
/// <param name="Program">The program's name, or null for a library.</param>
/// <param name="Native">Whether the program is compiled natively (AOT).</param>
/// <param name="Later">Whether the room is planned only: it has no project.</param>
/// <param name="Knows">The rooms that it may and does use.</param>
internal sealed record Room(string Name, string? Program, bool Native, bool Later, IReadOnlyList<string> Knows);
