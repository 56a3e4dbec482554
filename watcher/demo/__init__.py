"""The whole job without set-up or network: `watcher demo`."""

from __future__ import annotations

from watcher.demo.show import run_demo

__all__ = ["run_demo"]
