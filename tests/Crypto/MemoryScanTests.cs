using System.Globalization;
using System.Text;
using Lorica.Crypto.Native;

namespace Lorica.Crypto.Tests;

public sealed class MemoryScanTests
{
    /// <summary>Must be the same in Holder.</summary>
    private const byte Mask = 0x5a;

    private static readonly string[] PlantedOnPurpose = ["decoy"];

    [Theory]
    [InlineData("")]
    [InlineData("locked")]
    public void No_key_is_outside_key_memory_after_use_nor_while_sectors_are_encrypted(string keyMemory)
    {
        using var holder = HolderProcess.Start("hold", keyMemory);
        var lines = holder.Until("quiet");
        using var scan = new Patterns(lines);

        var quiet = Outside(scan.Scan, holder, lines, keyMemory.Length > 0);
        Assert.Equal([], quiet);

        holder.Go();
        lines = holder.Until("busy");
        for (int i = 0; i < 3; i++)
        {
            // The upper half of a sector's tweak is zero before it is encrypted, so that for one instruction a register holds
            // eight bytes of the tweak key. A signal in that instruction saves them on the stack, until the end of the batch
            // scrubs it: such a place must be clean at the next look.
            var found = Outside(scan.Scan, holder, lines, keyMemory.Length > 0);
            Assert.All(found, f => Assert.StartsWith("dek bytes 40 to 47 ", f, StringComparison.Ordinal));
            Assert.Empty(found.Count == 0 ? [] : found.Intersect(Outside(scan.Scan, holder, lines, keyMemory.Length > 0)));
        }

        holder.Go();
        holder.Process.WaitForExit();
        Assert.Equal(0, holder.Process.ExitCode);
    }

    /// <summary>
    /// Hits outside key memory. Proves on the way that the scan sees ordinary memory, and key memory where that can be read.
    /// </summary>
    private static List<string> Outside(MemoryScan scan, HolderProcess holder, List<string> lines, bool readable)
    {
        long[] slabs = lines.Where(l => l.StartsWith("slab ", StringComparison.Ordinal))
            .Select(l => long.Parse(l[5..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        var hits = scan.Run(holder.Process.Id);
        Assert.True(scan.Read > 10_000_000, $"only {scan.Read} bytes were read");
        Assert.Contains(hits, h => h.Name == "decoy");
        var (inside, outside) = (new List<string>(), new List<(string Name, long Address, string Region)>());
        foreach (var hit in hits.Where(h => !PlantedOnPurpose.Contains(h.Name)))
        {
            if (slabs.Any(s => hit.Address >= s && hit.Address < s + KeyMemory.SlabBytes))
            {
                inside.Add(hit.Name);
            }
            else
            {
                outside.Add(hit);
            }
        }

        // Where key memory can be read, all that is searched must be in it: the patterns are the right ones.
        string[] wanted = new[] { "dek bytes 0 to 7", "kek bytes 24 to 31", "encrypt round key 14", "decrypt round key 7",
            "tweak round key 0" };
        Assert.All(readable ? wanted : [], w => Assert.Contains(w, inside));
        return [.. outside.Select(h => $"{h.Name} at {h.Address:x} in {h.Region}").Distinct()];
    }

    /// <summary>What is searched: keys, their pieces, spellings and all round keys.</summary>
    private sealed class Patterns : IDisposable
    {
        public Patterns(List<string> lines)
        {
            byte[] decoy = Secret(lines, "decoy");
            Scan.Add("decoy", decoy);
            foreach (string name in new[] { "dek", "kek" })
            {
                Spellings(name, Secret(lines, name));
            }

            using var key = KeyBuffer.CopyOf(Secret(lines, "dek"));
            using var xts = new XtsAes256(key);
            if (XtsAes256.HardwareAes)
            {
                RoundKeys("encrypt", xts.Schedule.Span.Slice(XtsKeys.Encrypt, 240));
                RoundKeys("decrypt", xts.Schedule.Span.Slice(XtsKeys.Decrypt, 240));
                RoundKeys("tweak", xts.Schedule.Span.Slice(XtsKeys.Tweak, 240));
            }
        }

        public MemoryScan Scan { get; } = new();

        public void Dispose() => GC.SuppressFinalize(this);

        private static byte[] Secret(List<string> lines, string name)
            => [.. Convert.FromHexString(
                lines.Single(l => l.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..])
                .Select(b => (byte)(b ^ Mask))];

        private void Spellings(string name, byte[] secret)
        {
            for (int i = 0; i < secret.Length; i += 8)
            {
                Scan.Add($"{name} bytes {i} to {i + 7}", secret.AsSpan(i, 8));
                string lower = Convert.ToHexStringLower(secret.AsSpan(i, 8));
                foreach (string hex in new[] { lower, lower.ToUpperInvariant() })
                {
                    Scan.Add($"{name} hex {i}", Encoding.ASCII.GetBytes(hex));
                    Scan.Add($"{name} hex (UTF-16) {i}", Encoding.Unicode.GetBytes(hex));
                }
            }

            // Base64 has three alignments; each is searched as pieces of 16 characters.
            for (int shift = 0; shift < 3; shift++)
            {
                string text = Convert.ToBase64String(secret.AsSpan(shift, (secret.Length - shift) / 3 * 3));
                for (int i = 0; i + 16 <= text.Length; i += 16)
                {
                    Scan.Add($"{name} base64 {shift}/{i}", Encoding.ASCII.GetBytes(text.Substring(i, 16)));
                    Scan.Add($"{name} base64 (UTF-16) {shift}/{i}", Encoding.Unicode.GetBytes(text.Substring(i, 16)));
                }
            }
        }

        private void RoundKeys(string name, ReadOnlySpan<byte> schedule)
        {
            for (int i = 0; i < schedule.Length; i += 16)
            {
                Scan.Add($"{name} round key {i / 16}", schedule.Slice(i, 16));
            }
        }
    }
}
