"""The stand-in phone."""

from provisioner.rehearsal.host import ProgramsMissing, RehearsalError
from provisioner.rehearsal.phone import StandInPhone
from provisioner.rehearsal.userland import Options

__all__ = ["Options", "ProgramsMissing", "RehearsalError", "StandInPhone"]
