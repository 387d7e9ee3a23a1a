using System.CommandLine;

namespace Lorica.Cli.Commands;

/// <summary><c>lorica completion bash|zsh|fish</c>: a function that asks lorica itself what may come next.</summary>
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

    private const string Zsh = """
        #compdef lorica
        # zsh completion of lorica; put it to use with:  source <(lorica completion zsh)
        _lorica() {
          local line="${(j: :)words[2,CURRENT]}"
          local -a found
          found=("${(@f)$(lorica "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '^/')}")
          (( ${#found} )) && compadd -- "${found[@]}" || _files
        }
        compdef _lorica lorica
        """;

    private const string Fish = """
        # fish completion of lorica; put it to use with:  lorica completion fish | source
        function __lorica_complete
          set -l word (commandline -ct)
          set -l line (string join ' ' -- (commandline -opc)[2..] "$word")
          set -l found (lorica "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match -v '/*')
          string match -r -- '^'(string escape --style=regex -- "$word")'.*' $found
          or __fish_complete_path "$word"
        end
        complete -c lorica -f -a '(__lorica_complete)'
        """;

    public static Command Create(CliContext cli) => new("completion", "Completion for shells.")
    {
        Of(cli, "bash", Bash, "source <(lorica completion bash)", "lorica completion bash > /etc/bash_completion.d/lorica"),
        Of(cli, "zsh", Zsh, "source <(lorica completion zsh)",
            "lorica completion zsh > /usr/local/share/zsh/site-functions/_lorica"),
        Of(cli, "fish", Fish, "lorica completion fish | source",
            "lorica completion fish > ~/.config/fish/completions/lorica.fish"),
    };

    private static Command Of(CliContext cli, string shell, string script, string now, string always)
    {
        var command = new Command(shell, $"Print the completion function for {shell}.");
        command.Examples(("for this shell", now), ("for good", always));
        command.SetAction(_ => cli.Terminal.Out.WriteLine(script));
        return command;
    }
}
