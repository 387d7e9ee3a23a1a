using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>The console of any VM of the fake host: a greeting, then nothing more.</summary>
internal sealed partial class FakeHost
{
    public override async Task ReadConsole(
        ReadConsoleRequest request, IServerStreamWriter<ConsoleChunk> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new ConsoleChunk { Data = ByteString.CopyFromUtf8("login: ") });
        if (request.Follow)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }
}
