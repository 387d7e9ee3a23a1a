namespace Lorica.Crypto.Tests;

public sealed class XtsVectorTests
{
    [Fact]
    public void Every_published_vector_encrypts_and_decrypts_as_one_data_unit()
    {
        Assert.Equal(1243, XtsVector.All.Count);
        foreach (var v in XtsVector.All.Where(v => v.SectorSize is null || v.SectorSize == v.Plaintext.Length))
        {
            using var key = KeyBuffer.CopyOf(v.Key);
            using var xts = new XtsAes256(key);
            byte[] output = new byte[v.Plaintext.Length];
            xts.EncryptUnit(v.Plaintext, output, v.Tweak);
            Assert.True(v.Ciphertext.AsSpan().SequenceEqual(output), v.Id);
            xts.DecryptUnit(output, output, v.Tweak);
            Assert.True(v.Plaintext.AsSpan().SequenceEqual(output), v.Id);
        }
    }

    [Fact]
    public void Every_vector_of_sectors_runs_through_the_sector_calls()
    {
        int run = 0;
        foreach (var v in XtsVector.All.Where(v => v.Sector is not null && (v.SectorSize ?? v.Plaintext.Length) == 512))
        {
            using var key = KeyBuffer.CopyOf(v.Key);
            using var xts = new XtsAes256(key);
            byte[] data = v.Plaintext.ToArray();
            xts.EncryptSectors(data, v.Sector!.Value);
            Assert.True(v.Ciphertext.AsSpan().SequenceEqual(data), v.Id);
            xts.DecryptSectors(data, v.Sector.Value);
            Assert.True(v.Plaintext.AsSpan().SequenceEqual(data), v.Id);
            run++;
        }

        Assert.InRange(run, 20, 100);
    }
}
