using System.Globalization;
using System.Text;

namespace Lorica.Crypto.Bench;

/// <summary>All figures of one run on one core.</summary>
internal sealed record Report(
    string Runtime, string Backend, IReadOnlyList<Row> Rows, IReadOnlyList<(string Name, double Value, double Target)> Ratios)
{
    public string ToTable()
    {
        var text = new StringBuilder().AppendLine($"XTS-AES-256, one core, {Runtime}, backend {Backend}").AppendLine();
        text.AppendLine($"{"",-52} {"GB/s",8} {"B alloc/op",11}");
        foreach (var row in Rows)
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Name,-52} {row.BytesPerSecond / 1e9,8:F2} {row.AllocatedPerOperation,11:F1}"));
        }

        text.AppendLine();
        foreach (var (name, value, target) in Ratios)
        {
            string verdict =
                target == 0 ? "" : value >= target ? $"(target {target:F1}x: met)" : $"(target {target:F1}x: MISSED)";
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{name,-52} {value,7:F2}x {verdict}"));
        }

        return text.ToString();
    }

    public string ToJson()
    {
        var rows = Rows.Select(r => string.Create(
            CultureInfo.InvariantCulture,
            $$"""    {"name":"{{r.Name}}","bytesPerSecond":{{r.BytesPerSecond:F0}},"""
            + $$""" "allocatedPerOperation":{{r.AllocatedPerOperation:F1}}}"""));
        var ratios = Ratios.Select(r => string.Create(
            CultureInfo.InvariantCulture, $$"""    {"name":"{{r.Name}}","value":{{r.Value:F3}},"target":{{r.Target:F1}}}"""));
        return $$"""
            {
              "runtime": "{{Runtime}}",
              "backend": "{{Backend}}",
              "rows": [
            {{string.Join(",\n", rows)}}
              ],
              "ratios": [
            {{string.Join(",\n", ratios)}}
              ]
            }
            """;
    }
}
