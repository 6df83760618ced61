"""``python -m provisioner`` is the same program as ``hello-termux``."""

from provisioner.cli import program

if __name__ == "__main__":
    program()
