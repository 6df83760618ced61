"""A playbook: YAML text in, validated dataclasses out, each with its place there. ``entries.py`` is the way in."""
