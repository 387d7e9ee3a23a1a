namespace Lorica.Crypto.Tests;

public sealed class ZeroBlocksTests
{
    [Fact]
    public void One_bit_anywhere_is_found()
    {
        byte[] data = new byte[1027];
        for (int length = 0; length < 200; length++)
        {
            Assert.True(ZeroBlocks.IsAllZero(data.AsSpan(3, length)));
        }

        for (int i = 0; i < data.Length; i++)
        {
            data[i] = 1;
            Assert.False(ZeroBlocks.IsAllZero(data));
            data[i] = 0;
        }
    }
}
