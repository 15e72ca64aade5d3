"""``python -m local.oss``: run the OSS-compatible server."""

import sys

from local.oss.server import main

sys.exit(main())
