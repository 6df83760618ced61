"""``hello-termux completion``: what the shell offers at TAB."""

from __future__ import annotations

from provisioner.commands.base import Given, command

EXAMPLE = """\
eval "$(hello-termux completion bash)"     # in ~/.bashrc
eval "$(hello-termux completion zsh)"      # in ~/.zshrc, behind compinit
hello-termux completion fish | source      # in ~/.config/fish/config.fish"""


@command(usage="SHELL", words=1000, phone=False, example=EXAMPLE)
def completion(given: Given) -> int:
    """Print the completion script for bash, zsh or fish."""
    from provisioner.commands import edge, shells
    from provisioner.errors import UsageError
    from provisioner.suggest import did_you_mean

    shell, *words = given.words or ("",)
    if shell == shells.ASK:  # what the scripts themselves call at TAB
        return edge.say("".join(f"{line}\n" for line in shells.candidates(words)))
    if shell not in shells.SHELLS or words:
        known = ", ".join(shells.SHELLS)
        raise UsageError(f"completion wants one of {known}", hint=did_you_mean(shell, shells.SHELLS))
    return edge.say(shells.script(shell))
