"""``python -m provisioner`` is the same program as ``hello-termux``."""

from provisioner.cli import main

if __name__ == "__main__":
    main()
