namespace Lorica.SystemTests.Support.Otlp;

/// <summary>A span that came.</summary>
internal sealed record ReceivedSpan(
    string Service, string Source, string Name, string Trace, string Id, string Parent, IReadOnlyDictionary<string, string> Tags);
