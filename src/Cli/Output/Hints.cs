namespace Lorica.Cli.Output;

/// <summary>Hints that more than one command gives.</summary>
internal static class Hints
{
    public const string SignIn = "Sign in with: lorica login";

    public const string FirstSignIn =
        "Sign in with: lorica login --profile STATE/client.json (after `lorica up`), or lorica login --server URL --ca FILE";
}
