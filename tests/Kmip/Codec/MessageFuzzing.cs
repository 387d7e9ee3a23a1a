
namespace Lorica.Kmip.Tests.Codec;

public sealed class MessageFuzzing(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public void Requests_and_responses() =>
        output.WriteLine(
            $"{TimedFuzz.Run(Vectors.All.Select(v => v.Bytes).Concat(Vectors.Bad.Select(v => v.Bytes)), Target)} inputs");

    private static bool Target(byte[] input)
    {
        FuzzTargets.Request(input);
        FuzzTargets.Response(input);
        return input.Length > 0 && input[0] == 0x42;
    }
}
