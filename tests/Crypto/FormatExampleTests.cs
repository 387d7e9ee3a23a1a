using System.Text;
using System.Text.Json;

namespace Lorica.Crypto.Tests;

/// <summary>The worked examples of docs/formats, which an independent program made.</summary>
public sealed class FormatExampleTests
{
    [Fact]
    public void The_bundle_of_the_document_opens()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Data("bundle-example.json")));
        string Text(string name) => document.RootElement.GetProperty(name).GetString()!;
        using var kek = KeyBuffer.CopyOf(Convert.FromHexString(Text("kek")));
        var id = new KeyId(Text("provider"), Text("keyId"));
        string bundle = Text("bundle");
        Assert.Equal(Text("kcv"), KeyCheckValue.Compute(kek));
        using var opened = Bundle.Open(BundleKind.Disk, bundle, id, kek, Text("kcv"), Guid.Parse(Text("object")));
        Assert.Equal(Text("dek"), Convert.ToHexStringLower(opened.Key!.Span));
        Assert.Equal((1L, (ZeroRule?)ZeroRule.Hole), (opened.Generation, opened.Zero));
        Assert.Equal(bundle, KeyLocator.Parse(bundle).ToString());
    }

    [Fact]
    public async Task The_sealed_stream_of_the_document_opens()
    {
        await using var file = File.OpenRead(Data("sealed-stream-example.bin"));
        using var reader = await SealedStreamReader.OpenAsync(
            file,
            (header, section) =>
            {
                Assert.Equal(SealedStreamKind.ConsoleLog, header.Kind);
                Assert.Equal(Guid.Parse("77777777-8888-9999-aaaa-bbbbccccdddd"), header.StreamId);
                Assert.StartsWith("vmware:key/list/(", Encoding.ASCII.GetString(section.Span), StringComparison.Ordinal);
                return KeyBuffer.CopyOf([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
            });
        using var output = new MemoryStream();
        await reader.CopyToAsync(output);
        Assert.Equal(string.Concat(Enumerable.Repeat("A line of a console log.\n", 3000)),
            Encoding.ASCII.GetString(output.ToArray()));
    }

    private static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);
}
