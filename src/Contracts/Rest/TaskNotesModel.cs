namespace Lorica.Contracts.Rest;

/// <summary>Result of a task that chose something by itself, or did not do everything as it was asked, and says what.</summary>
/// <param name="Notes">Sentences for people.</param>
public sealed record TaskNotesModel(IReadOnlyList<string> Notes);
