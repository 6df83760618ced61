"""``hello-termux`` and ``python -m provisioner``: the program as a process of its own.

Ctrl-C while the program is still being loaded ends it as it ends any other program, without a traceback. Only before
the first line here, while Python itself starts (and the script that pip writes imports re, up to pip 25.1), it is
Python's to answer.
"""

import _signal  # type: ignore[import-not-found]  # what ``signal`` is made of; that one takes 3 ms

_BEFORE = _signal.getsignal(_signal.SIGINT)
if _BEFORE is _signal.default_int_handler:  # it may be ignored: nohup, a job in the background
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import gc  # noqa: E402

gc.set_threshold(100_000)  # nothing of what is loaded at start is garbage: looking for it costs 6 ms of lint

from provisioner import cli  # noqa: E402


def program() -> None:
    """Run it, with Python's own way of telling Ctrl-C; does not return."""
    _signal.signal(_signal.SIGINT, _BEFORE)
    cli.program()


if __name__ == "__main__":
    program()
