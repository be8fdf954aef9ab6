"""``python -m ccfloor``."""

from ccfloor.cli import main

if __name__ == "__main__":
    main()
