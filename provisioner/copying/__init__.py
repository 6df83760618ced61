"""``copy``: files and directories to the phone and from it, in one stream. ``transfer.py`` is the way in."""
