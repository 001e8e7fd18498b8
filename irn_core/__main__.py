import sys

from irn_core.cli import main

sys.exit(main())
