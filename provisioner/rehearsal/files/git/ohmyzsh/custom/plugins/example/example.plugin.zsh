# An example of a custom plugin.
