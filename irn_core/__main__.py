import sys

from irn_core.cli.main import main

sys.exit(main())
