using System.CommandLine;

namespace Lorica.Cli.Commands;

/// <summary><c>lorica completion bash</c>: a function that asks lorica itself what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # bash completion of lorica; put it to use with:  source <(lorica completion bash)
        _lorica() {
          local line=${COMP_LINE#"${COMP_WORDS[0]}"} IFS=$'\n'
          line=${line# }
          local position=$(( COMP_POINT - ${#COMP_WORDS[0]} - 1 ))
          COMPREPLY=( $(compgen -W "$(lorica "[suggest:$position]" "$line" 2>/dev/null | grep -v '^/')" -- "${COMP_WORDS[COMP_CWORD]}") )
        }
        complete -o default -F _lorica lorica
        """;

    public static Command Create(CliContext cli)
    {
        var bash = new Command("bash", "Print the completion function for bash.");
        bash.Examples(("for this shell", "source <(lorica completion bash)"),
            ("for good", "lorica completion bash > /etc/bash_completion.d/lorica"));
        bash.SetAction(_ => cli.Terminal.Out.WriteLine(Bash));
        return new Command("completion", "Completion for shells.") { bash };
    }
}
