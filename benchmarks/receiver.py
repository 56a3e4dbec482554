"""A fast webhook in a process of its own, so that what it costs is not counted with the sender.

    python benchmarks/receiver.py     prints its port, serves until it is killed

POST anything: 200, and the time, the `Idempotency-Key` and the title are kept. GET /log: what was
kept, as JSON. POST /hang is never answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Receiver:
    """What arrived: seconds since 1970, key, title."""

    def __init__(self) -> None:
        self.got: list[tuple[float, str, str]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                at = time.time()
                first, *lines = head.decode("latin-1").split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                _, path, _ = first.split(" ", 2)
                if path.startswith("/hang"):
                    await asyncio.sleep(3600)
                if path == "/log":
                    kept = json.dumps(self.got).encode()
                    writer.write(_OK.replace(b"Length: 2", b"Length: %d" % len(kept))[:-2] + kept)
                else:
                    title = json.loads(body)["title"]
                    self.got.append((at, headers.get("idempotency-key", ""), title))
                    writer.write(_OK)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main() -> None:
    server = await asyncio.start_server(Receiver().serve, "127.0.0.1", 0, backlog=256)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
