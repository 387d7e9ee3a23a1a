using System.Runtime;

namespace Lorica.Crypto.Bench;

/// <summary>What is measured, and what it is held against.</summary>
internal static class Suite
{
    private const string Limit = "AES rounds alone (14 rounds, 8 blocks in flight)";

    public static Report Run()
    {
        using var key = KeyBuffer.Random(XtsAes256.KeyBytes);
        using var xts = new XtsAes256(key);
        using var encrypt = new LibCryptoContender(key.Span, encrypt: true);
        using var decrypt = new LibCryptoContender(key.Span, encrypt: false);
        using AlignedBuffer sector = new(512), page = new(4096), large = new(64 * 1024);
        byte[] tweak = new byte[16];

        var meter = new Meter();
        if (AesLimit.IsSupported)
        {
            meter.Add(Limit, AesLimit.BytesPerOperation, AesLimit.Run);
        }

        meter.Add("lorica    encrypt  512 B  (1 sector)", 512, n => Repeat(n, i => xts.EncryptSectors(sector.Span, i)));
        meter.Add("libcrypto encrypt  512 B  (1 unit)", 512, n => Repeat(n, i => encrypt.Run(sector.Span, 512, i)));
        meter.Add("lorica    decrypt  512 B  (1 sector)", 512, n => Repeat(n, i => xts.DecryptSectors(sector.Span, i)));
        meter.Add("libcrypto decrypt  512 B  (1 unit)", 512, n => Repeat(n, i => decrypt.Run(sector.Span, 512, i)));
        meter.Add("lorica    encrypt  4 KiB  (8 sectors)", 4096, n => Repeat(n, i => xts.EncryptSectors(page.Span, i)));
        meter.Add("libcrypto encrypt  4 KiB  (8 units of 512 B)", 4096, n => Repeat(n, i => encrypt.Run(page.Span, 512, i)));
        meter.Add("lorica    encrypt  4 KiB  (1 unit)", 4096, n => Repeat(n, _ => xts.EncryptUnit(page.Span, page.Span, tweak)));
        meter.Add("libcrypto encrypt  4 KiB  (1 unit)", 4096, n => Repeat(n, i => encrypt.Run(page.Span, 4096, i)));
        meter.Add("lorica    decrypt  4 KiB  (8 sectors)", 4096, n => Repeat(n, i => xts.DecryptSectors(page.Span, i)));
        meter.Add("libcrypto decrypt  4 KiB  (8 units of 512 B)", 4096, n => Repeat(n, i => decrypt.Run(page.Span, 512, i)));
        meter.Add("lorica    decrypt  4 KiB  (1 unit)", 4096, n => Repeat(n, _ => xts.DecryptUnit(page.Span, page.Span, tweak)));
        meter.Add("libcrypto decrypt  4 KiB  (1 unit)", 4096, n => Repeat(n, i => decrypt.Run(page.Span, 4096, i)));
        meter.Add("lorica    encrypt 64 KiB  (128 sectors)", 65536, n => Repeat(n, i => xts.EncryptSectors(large.Span, i)));
        meter.Add("libcrypto encrypt 64 KiB  (1 unit)", 65536, n => Repeat(n, i => encrypt.Run(large.Span, 65536, i)));
        var rows = meter.Run();

        double Of(string name) => rows.Single(r => r.Name.StartsWith(name, StringComparison.Ordinal)).BytesPerSecond;
        List<(string, double, double)> ratios =
        [
            ("encrypt 512 B: lorica / libcrypto", Of("lorica    encrypt  512") / Of("libcrypto encrypt  512"), 1.4),
            ("decrypt 512 B: lorica / libcrypto", Of("lorica    decrypt  512") / Of("libcrypto decrypt  512"), 1.4),
            ("encrypt 4 KiB, 8 sectors each: lorica / libcrypto",
                Of("lorica    encrypt  4 KiB  (8") / Of("libcrypto encrypt  4 KiB  (8"), 1.0),
            ("decrypt 4 KiB, 8 sectors each: lorica / libcrypto",
                Of("lorica    decrypt  4 KiB  (8") / Of("libcrypto decrypt  4 KiB  (8"), 1.0),
            ("encrypt 4 KiB, 1 unit each: lorica / libcrypto",
                Of("lorica    encrypt  4 KiB  (1") / Of("libcrypto encrypt  4 KiB  (1"), 1.0),
            ("decrypt 4 KiB, 1 unit each: lorica / libcrypto",
                Of("lorica    decrypt  4 KiB  (1") / Of("libcrypto decrypt  4 KiB  (1"), 1.0),
        ];
        if (AesLimit.IsSupported)
        {
            ratios.Add(("encrypt 4 KiB / AES-round limit", Of("lorica    encrypt  4 KiB  (8") / Of(Limit), 0));
        }

        return new Report(
            JitInfo.GetCompiledMethodCount() > 0 ? "JIT " + Configuration : "Native AOT",
            XtsAes256.Backend.ToString(), rows, ratios);
    }

#if DEBUG
    private const string Configuration = "Debug (figures mean nothing)";
#else
    private const string Configuration = "Release";
#endif

    private static void Repeat(int operations, Action<ulong> operation)
    {
        for (int i = 0; i < operations; i++)
        {
            operation((ulong)i);
        }
    }
}
