"""``python -m local.oss``: ``ferry-oss`` where only the interpreter is at hand."""

from local.oss.command import main

main()
