using System.Diagnostics;
using System.Security.Cryptography;

namespace Lorica.Testing;

/// <summary>
/// Fuzzing without instrumentation: random changes of a corpus against a target, for as long as <c>LORICA_FUZZ_SECONDS</c> says
/// (<c>make fuzz</c>). What makes a target fail is kept in <c>LORICA_FUZZ_FOLDER</c>; it belongs into the corpus with its fix.
/// Inputs that a target takes without a refusal join the corpus of the run, so that changes pile up.
/// </summary>
public static class TimedFuzz
{
    private const int MaximumKept = 4096;
    private const int MaximumLength = 1 << 20;
    private static readonly byte[] Interesting =
        [0, 1, 2, 0x7f, 0x80, 0xff, (byte)'\n', (byte)'"', (byte)'=', (byte)'%', (byte)'/', (byte)'('];

    /// <summary>Runs; <paramref name="target"/> says whether it took the input, and throws when it failed.</summary>
    /// <returns>How many inputs were tried.</returns>
    public static long Run(IEnumerable<byte[]> corpus, Func<byte[], bool> target)
    {
        var limit = TimeSpan.FromSeconds(
            double.Parse(Environment.GetEnvironmentVariable("LORICA_FUZZ_SECONDS") ?? "60",
                System.Globalization.CultureInfo.InvariantCulture));
        int seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        var random = new Random(seed);
        var pool = corpus.ToList();
        var watch = Stopwatch.StartNew();
        long tried = 0;
        for (; watch.Elapsed < limit; tried++)
        {
            byte[] input = tried < pool.Count ? pool[(int)tried] : Change(pool, random);
            bool taken;
            try
            {
                taken = target(input);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, input {tried}, kept as {Keep(input)}: {e.Message}", e);
            }

            if (taken && pool.Count < MaximumKept && random.Next(8) == 0)
                pool.Add(input);
        }

        return tried;
    }

    private static byte[] Change(List<byte[]> pool, Random random)
    {
        var bytes = pool[random.Next(pool.Count)].ToList();
        for (int changes = random.Next(1, 6); changes > 0; changes--)
        {
            if (bytes.Count == 0)
                bytes.Add(0);
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 64), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes[at] = Interesting[random.Next(Interesting.Length)];
                    break;
                case 3:
                    bytes.RemoveRange(at, length);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 5:
                    bytes.Insert(at, Interesting[random.Next(Interesting.Length)]);
                    break;
                default:
                    byte[] other = pool[random.Next(pool.Count)];
                    int from = random.Next(other.Length + 1);
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.AddRange(other[from..]);
                    break;
            }
        }

        return bytes.Count <= MaximumLength ? [.. bytes] : [.. bytes.Take(MaximumLength)];
    }

    private static string Keep(byte[] input)
    {
        string folder = Environment.GetEnvironmentVariable("LORICA_FUZZ_FOLDER") ?? Path.GetTempPath();
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
        File.WriteAllBytes(path, input);
        return path;
    }
}
