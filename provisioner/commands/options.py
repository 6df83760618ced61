"""Every option that more than one command takes, defined once."""

from __future__ import annotations

from provisioner.commands.base import Option

HOST = Option(
    "-H", "--host", value="NAME", help="the phone: a name from hosts.toml or ~/.ssh/config, ADDRESS[:PORT], or usb:NAME"
)
IDENTITY = Option("-i", "--identity", value="FILE", help="the private key to log in with")
TIMEOUT = Option("--timeout", value="SECONDS", number=True, help="how long to wait for the phone (15)")
VERBOSE = Option("-v", "--verbose", help="show long texts in full and the output of every step")
NO_COLOR = Option("--no-color", help="no colours, like NO_COLOR in the environment")
JSON = Option("--json", help="for programs: JSON on standard output")
DEBUG = Option("--debug", help="show the stack trace of an error")
HELP = Option("-h", "--help", help="show this help")
VERSION = Option("--version", help="show the version")

COMMON = (HOST, IDENTITY, TIMEOUT, JSON, VERBOSE, NO_COLOR, DEBUG, HELP, VERSION)
"""Taken before the command's name and after it."""

CONNECTION = (HOST, IDENTITY, TIMEOUT)
"""Those of the common options that mean something only where a phone is."""

ONLY = Option("--only", value="WHAT", many=True, help="only these tasks or addresses, and what they need")
SKIP = Option("--skip", value="WHAT", many=True, help="all but these tasks or addresses")
SET = Option("--set", value="KEY=VALUE", many=True, help="set a variable of the playbook")
HOST_KEY = Option("--host-key", value="SHA256:X", help="the fingerprint of the phone's host key, for first contact")
REKEY = Option("--rekey", help="accept that the phone has a new host key")

TTY = Option("-t", "--tty", help="give it a terminal on the phone: for vim, htop, and all that draws or asks")

KEEP_EDITS = Option("--keep-edits", help="leave what you edited by hand on the phone as it is")
TAKE_PLAYBOOK = Option("--take-playbook", help="replace what you edited by hand on the phone; a copy is kept there")

EDITS = (KEEP_EDITS, TAKE_PLAYBOOK)
SELECT = (ONLY, SKIP, SET)
FIND = Option("--find", help="look for a phone that has moved in this computer's own network, without asking")

TRUST = (HOST_KEY, REKEY, FIND)
