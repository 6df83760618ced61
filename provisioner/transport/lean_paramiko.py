"""paramiko, of which only what a connection needs is loaded: 30 ms in place of 110 (a plan is 70 ms quicker).

``import paramiko`` loads its client, its SFTP server, and ``importlib.metadata`` to learn its own version (25 ms);
its reader of ``~/.ssh/config`` loads invoke (40 ms) for ``Match exec``. Here the package is entered into
``sys.modules`` bare, so that ``from paramiko.transport import Transport`` loads that module and what it needs. Whoever
asks the package itself for anything gets all of it, as fabric does: then its own ``__init__`` is run.

What lies below is spared too: ``dataclasses`` with inspect, ast and dis (14 ms), of which cryptography makes one class,
and ``traceback`` (2 ms), which logging wants for errors.
"""

from __future__ import annotations

import importlib
import sys
import threading
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

from provisioner import lean_dataclass

PACKAGE, LATER, DATACLASSES = "paramiko", ("invoke", "traceback"), "dataclasses"
_LOCK = threading.RLock()


def prepare() -> None:
    """Make the next imports of paramiko's modules lean. Loads nothing by itself; what is loaded already stays."""
    with _LOCK:
        for name in LATER:
            sys.modules.setdefault(name, _Later(name))
        sys.modules.setdefault(DATACLASSES, _Dataclasses(DATACLASSES))
        if PACKAGE not in sys.modules:
            _enter()


def _enter() -> None:
    spec = find_spec(PACKAGE)
    if spec is None or spec.loader is None:
        return  # the import that follows says so
    package, loader = module_from_spec(spec), spec.loader
    names = vars(package)
    names["__version__"] = ""  # its transport makes a version line of it, in place of which we send our own

    def missing(name: str) -> Any:
        if find_spec(f"{PACKAGE}.{name}") is not None:
            return importlib.import_module(f"{PACKAGE}.{name}")
        with _LOCK:
            if names.pop("__getattr__", None):
                loader.exec_module(package)
        return getattr(package, name)

    names["__getattr__"] = missing
    sys.modules[PACKAGE] = package


class _Later(ModuleType):
    """A module that is imported when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if name in ("__spec__", "__path__") or not name.startswith("__"):
            return getattr(self._real(), name)
        raise AttributeError(name)

    def _real(self) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return importlib.import_module(self.__name__)


class _Dataclasses(_Later):
    def __getattr__(self, name: str) -> Any:
        if name == "__path__":  # asked by every ``from dataclasses import``, and it is no package
            raise AttributeError(name)
        return super().__getattr__(name)

    def dataclass(self, cls: type | None = None, /, **options: Any) -> Any:
        """For cryptography what ours does, which is enough for it; for everybody else the real one."""
        if cls is None or options or not cls.__module__.startswith("cryptography."):
            return self._real().dataclass(cls, **options)
        return lean_dataclass.dataclass(slots=True)(cls)
