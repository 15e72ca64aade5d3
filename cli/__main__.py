"""``python -m cli`` is ``ferry``."""

from cli.app import main

main()
