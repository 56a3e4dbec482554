"""The whole job without set-up or network: `watcher demo`."""
