using System.Text;
using Lorica.Cli.Commands;
using Lorica.Cli.Output;
using Lorica.Cli.Profiles;

namespace Lorica.Cli.Tests.Support;

/// <summary>Runs the command line inside the test, in a folder of its own.</summary>
internal sealed class CliRun : IDisposable
{
    private readonly TestFolder _folder = new();

    public string Folder => _folder.Root;

    public string ProfilePath => Path.Combine(Folder, "home", "profile.json");

    public string Input { get; set; } = "";

    public string Out { get; private set; } = "";

    public string Error { get; private set; } = "";

    public Interrupts Interrupts { get; init; } = Interrupts.None();

    /// <summary>Signs in without asking a center.</summary>
    public void SignIn(string server, TestCa pki, string token = "the-token")
        => Store().Write(new Profile(server, pki.Pem, "administrator", token));

    public ProfileStore Store() => new(Variable);

    public async Task<ExitCode> RunAsync(params string[] arguments)
    {
        using var raw = new MemoryStream();
        using var output = new StreamWriter(raw, new UTF8Encoding(false)) { AutoFlush = true };
        using var errors = new StringWriter();
        int code = await CommandLine.RunAsync(arguments, new CliContext
        {
            Terminal = new Terminal { Out = output, Error = errors, OutStream = raw },
            Input = new StringReader(Input),
            Environment = Variable,
        }, Interrupts);
        Out = Encoding.UTF8.GetString(raw.ToArray());
        Error = errors.ToString();
        return (ExitCode)code;
    }

    public string File(string name, byte[] content)
    {
        string path = Path.Combine(Folder, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public string File(string name, string content) => File(name, Encoding.UTF8.GetBytes(content));

    public void Dispose()
    {
        Interrupts.Dispose();
        _folder.Dispose();
    }

    private string? Variable(string name) => name == "LORICA_PROFILE" ? ProfilePath : null;
}
