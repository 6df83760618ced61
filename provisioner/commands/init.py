"""``hello-termux init``: a playbook to start from."""

from __future__ import annotations

from provisioner.commands.base import Given, Option, command

FORCE = Option("--force", help="write over the playbook.yml that is there")

PLAYBOOK = "playbook.yml"

STARTER = """\
# What my phone shall be. hello-termux reads this file when it is run in this folder:
#
#   hello-termux lint              is this file right?
#   hello-termux rehearse          try it on a stand-in phone on this computer
#   hello-termux plan -H pixel     what would change on the phone?
#   hello-termux apply -H pixel    make it so
#
# A list; its order is the order of work. "hello-termux lint --schema" describes
# every entry for your editor.

# Where packages come from: tuna, bfsu, ustc, sjtu, nju, aliyun, default, or a URL.
- mirror: tuna

# Bring what is installed up to date first: full, or none.
- upgrade: full

# Any packages of Termux.
- packages: [git, openssh]

# The login shell, with oh-my-zsh. The .zshrc that was there is kept.
- shell: {login: zsh, framework: oh-my-zsh, theme: robbyrussell}

# Go, gopls, and the settings of "go env".
- golang: {}

# Vim with vim-go, and UTF-8 everywhere.
- vim: {encoding: utf-8, plugins: [vim-go]}

# Shared storage under ~/storage. Android asks on the phone's screen, once.
# - storage: {need: [shared, downloads]}

# Single files, as they are or from a template (file names are relative to this
# playbook); "vars:" and --set give templates their values.
# - vars: {editor: vim}
# - file: {path: ~/.gitconfig, template: gitconfig.j2}
"""


@command(FORCE, phone=False, example="hello-termux init && hello-termux lint")
def init(given: Given) -> int:
    """Write a commented playbook.yml to start from into this folder."""
    from pathlib import Path

    from provisioner.commands.edge import view_of
    from provisioner.errors import ProvisionerError
    from provisioner.whole_file import write_whole

    path = Path(PLAYBOOK)
    if path.exists() and not given.force:
        raise ProvisionerError(f"{PLAYBOOK} is here already", hint="--force writes over it")
    try:
        write_whole(path, STARTER.encode(), mode=None)
    except OSError as error:
        raise ProvisionerError(f"{PLAYBOOK} cannot be written: {error.strerror}") from error
    view_of(given).message(f"{PLAYBOOK} is written; hello-termux rehearse tries it")
    return 0
