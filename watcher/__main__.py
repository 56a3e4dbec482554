"""`python -m watcher`: the same as the command `watcher`."""

from watcher.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
