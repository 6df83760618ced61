"""Turns an Android phone with Termux into a place to write Go, from a laptop, over SSH."""

__version__ = "0.1.0"
