using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lorica.SystemTests.Support;

/// <summary>All the forms in which a key could lie in memory or in a file.</summary>
internal sealed class SecretPatterns
{
    private const int AesBlock = 16;
    private const int Fragment = 16;
    private readonly List<(string Name, byte[] Bytes)> _all = [];

    public IReadOnlyList<(string Name, byte[] Bytes)> All => _all;

    /// <summary>Something that is no secret and must be found, or else the search finds nothing.</summary>
    public void AddControl(string text)
    {
        _all.Add((text, Encoding.UTF8.GetBytes(text)));
        _all.Add((text, Encoding.Unicode.GetBytes(text)));
    }

    /// <summary>An XTS-AES-256 key: both halves, their halves, text forms, and each round key of both directions.</summary>
    public void AddDek(string name, ReadOnlySpan<byte> key)
    {
        AddForms(name, key);
        AddRounds(name + " data", key[..32]);
        AddRounds(name + " tweak", key[32..]);
    }

    /// <summary>Any 32 bytes: at each byte, so that also a part of 16 bytes is found, and as text.</summary>
    public void AddKey(string name, ReadOnlySpan<byte> key) => AddForms(name, key);

    private void AddForms(string name, ReadOnlySpan<byte> key)
    {
        for (int i = 0; i + AesBlock <= key.Length; i++)
            _all.Add(($"{name} bytes {i}..{i + AesBlock}", key.Slice(i, AesBlock).ToArray()));
        AddText(name + " as hex", Convert.ToHexString(key));
        AddText(name + " as hex", Convert.ToHexStringLower(key));

        // In base64 a byte's characters depend on its place among three. What the last ones are depends on what follows.
        for (int skip = 0; skip < 3; skip++)
        {
            int whole = (key.Length - skip) / 3 * 3;
            AddText($"{name} as base64 at place {skip}", Convert.ToBase64String(key.Slice(skip, whole)));
        }
    }

    /// <summary>Each fragment of sixteen characters, as it is, as UTF-16, and as key locators and bundles escape it.</summary>
    private void AddText(string name, string text)
    {
        for (int i = 0; i + Fragment <= text.Length; i++)
        {
            string fragment = text.Substring(i, Fragment);
            string escaped = string.Concat(fragment.Select(c => char.IsAsciiLetterOrDigit(c) ? c.ToString() : $"%{(int)c:x2}"));
            foreach (string form in new[] { fragment, escaped }.Distinct())
            {
                _all.Add((name, Encoding.ASCII.GetBytes(form)));
                _all.Add((name + " in UTF-16", Encoding.Unicode.GetBytes(form)));
            }
        }
    }

    private void AddRounds(string name, ReadOnlySpan<byte> key)
    {
        byte[] schedule = Expand(key);
        for (int round = 0; round < schedule.Length / AesBlock; round++)
        {
            var roundKey = schedule.AsSpan(round * AesBlock, AesBlock);
            _all.Add(($"{name} round key {round}", roundKey.ToArray()));
            if (System.Runtime.Intrinsics.X86.Aes.IsSupported && round is > 0 and < 14)
            {
                var inverse = System.Runtime.Intrinsics.X86.Aes.InverseMixColumns(
                    System.Runtime.Intrinsics.Vector128.Create<byte>(roundKey));
                byte[] bytes = new byte[AesBlock];
                System.Runtime.Intrinsics.Vector128.CopyTo(inverse, bytes);
                _all.Add(($"{name} inverse round key {round}", bytes));
            }
        }
    }

    /// <summary>Key expansion of AES-256 (FIPS 197, 5.2), written plainly.</summary>
    private static byte[] Expand(ReadOnlySpan<byte> key)
    {
        uint[] words = new uint[60];
        for (int i = 0; i < 8; i++)
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(key[(4 * i)..]);
        uint rcon = 0x01000000;
        for (int i = 8; i < 60; i++)
        {
            uint t = words[i - 1];
            if (i % 8 == 0)
            {
                t = SubWord(uint.RotateLeft(t, 8)) ^ rcon;
                rcon <<= 1;
            }
            else if (i % 8 == 4)
            {
                t = SubWord(t);
            }

            words[i] = words[i - 8] ^ t;
        }

        byte[] bytes = new byte[240];
        for (int i = 0; i < 60; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }

    private static uint SubWord(uint w) =>
        (uint)(Sbox[w >> 24] << 24 | Sbox[w >> 16 & 255] << 16 | Sbox[w >> 8 & 255] << 8 | Sbox[w & 255]);

    private static readonly byte[] Sbox = MakeSbox();

    private static byte[] MakeSbox()
    {
        byte[] box = new byte[256];
        byte p = 1, q = 1;
        do
        {
            p = (byte)(p ^ p << 1 ^ ((p & 0x80) != 0 ? 0x1b : 0));
            q ^= (byte)(q << 1);
            q ^= (byte)(q << 2);
            q ^= (byte)(q << 4);
            if ((q & 0x80) != 0)
                q ^= 0x09;
            box[p] =
                (byte)(q ^ byte.RotateLeft(q, 1) ^ byte.RotateLeft(q, 2) ^ byte.RotateLeft(q, 3) ^ byte.RotateLeft(q, 4) ^ 0x63);
        }
        while (p != 1);
        box[0] = 0x63;
        return box;
    }
}
