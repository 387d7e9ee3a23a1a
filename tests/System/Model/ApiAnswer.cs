using System.Text.Json.Nodes;

namespace Lorica.SystemTests.Model;

/// <summary>What the center answered.</summary>
/// <param name="Status">HTTP status; 0 when the answer was lost: the request may have been carried out or not.</param>
/// <param name="Body">JSON of the answer.</param>
internal sealed record ApiAnswer(int Status, JsonNode? Body)
{
    public bool Lost => Status == 0;

    public bool Accepted => Status is >= 200 and < 300;

    /// <summary>The stable code of a refusal; empty else.</summary>
    public string Code => Accepted || Lost ? "" : Body?["code"]?.GetValue<string>() ?? "";

    public override string ToString() => Lost ? "lost" : $"{Status} {Code} {Body?["detail"]}";
}
