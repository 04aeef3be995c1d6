"""`python -m sitegen` is `python build.py`, without its bootstrap."""

from sitegen.cli import main

raise SystemExit(main())
