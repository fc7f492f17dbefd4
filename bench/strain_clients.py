"""Clients that a server has to bear, in a process of their own: python -m bench.strain_clients < plan.json.

Silent ones connect and say nothing; slow ones send a request a byte a second; greedy ones ask for a
large file and hardly read; dear ones ask for what takes long, again and again; those who hang up ask
for the same and are gone 20 ms later. The result is one line of JSON: what came of them.
"""

import asyncio
import itertools
import json
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

_BODY = (
    "POST /_dash-update-component HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
)
_GET = "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n\r\n"


@dataclass(frozen=True)
class Company:
    """How many clients of each kind.

    Attributes
    ----------
    silent, slow, greedy, dear, hanging_up : int
    files : list of str
        Paths of large files.
    paths : list of str
        Paths of what takes long.
    seconds : float
    """

    host: str
    port: int
    seconds: float
    silent: int = 0
    slow: int = 0
    greedy: int = 0
    dear: int = 0
    hanging_up: int = 0
    files: list = field(default_factory=list)
    paths: list = field(default_factory=list)


async def attend(company):
    """Bear down on a server; count what came of it."""
    met = Counter()
    ends = time.perf_counter() + company.seconds
    kinds = {
        _silent: company.silent,
        _slow: company.slow,
        _greedy: company.greedy,
        _dear: company.dear,
        _hang_up: company.hanging_up,
    }
    turns = itertools.count()
    tasks = [
        asyncio.create_task(_again_and_again(kind, company, ends, met, turns))
        for kind, count in kinds.items()
        for _ in range(count)
    ]
    await asyncio.gather(*tasks)
    return dict(met)


async def _again_and_again(kind, company, ends, met, turns):
    name = kind.__name__.strip("_")
    while time.perf_counter() < ends:
        try:
            async with asyncio.timeout(ends - time.perf_counter()):
                met[await _connected(kind, company, next(turns))] += 1
        except TimeoutError:
            met[f"{name}: still there at the end"] += 1
        except (OSError, EOFError) as error:
            met[f"{name}: {type(error).__name__}"] += 1
            await asyncio.sleep(0.05)


async def _connected(kind, company, turn):
    sock = socket.socket()
    sock.setblocking(False)
    if kind is _greedy:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (company.host, company.port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=2**12)
    except BaseException:
        sock.close()
        raise
    try:
        return await kind(reader, writer, company, turn)
    finally:
        writer.transport.abort()


async def _silent(reader, _writer, _company, _turn):
    await reader.read()
    return "silent: sent away"


async def _slow(reader, writer, company, _turn):
    for letter in _GET.format(path="/", host=company.host):
        writer.write(letter.encode())
        await writer.drain()
        await asyncio.sleep(1)
        if reader.at_eof():
            break
    return "slow: sent away"


async def _greedy(reader, writer, company, turn):
    path = company.files[turn % len(company.files)]
    writer.write(_GET.format(path=path, host=company.host).encode())
    while await reader.read(1):
        await asyncio.sleep(1)
    return "greedy: sent away"


async def _dear(reader, writer, company, turn):
    path = company.paths[turn % len(company.paths)]
    writer.write(_GET.format(path=path, host=company.host).encode())
    status = await _status(reader)
    if status == 503:
        await asyncio.sleep(1)
    return f"dear: {status}"


async def _hang_up(_reader, writer, company, turn):
    path = company.paths[turn % len(company.paths)]
    writer.write(_GET.format(path=path, host=company.host).encode())
    await asyncio.sleep(0.02)
    return "hung up"


async def _status(reader):
    """Status of an answer, once it is there as a whole."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    while length > 0:
        part = await reader.read(2**16)
        if not part:
            return "torn"
        length -= len(part)
    return int(head.split()[1])


if __name__ == "__main__":
    json.dump(asyncio.run(attend(Company(**json.load(sys.stdin)))), sys.stdout)
