"""Strangers on the line: strangers.py KIND HOST PORT COUNT. They come from 50 addresses of loopback, and stay until they are killed.

plain    connect, and say nothing
tls      shake hands without a certificate, and say nothing
bytes    the same, and send a frame of 1 MiB less its last byte
unknown  the same, and send small frames of a message type that nobody knows, for ever

Prints "ready N" when N of them got as far as they could. Those that are closed on come again, once.
"""
import asyncio
import ssl
import struct
import sys

ADDRESSES = 50
AT_ONCE = 100
FRAME = 1 << 20
PATIENCE = 20


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


async def one(kind, host, port, number, tls, gate, kept):
    async with gate:
        for _ in range(2):
            try:
                source = ("127.0.1.%d" % (number % ADDRESSES + 1), 0)
                reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port, ssl=tls, local_addr=source), PATIENCE)
                if kind == "bytes":
                    writer.write(struct.pack(">IBBQH", FRAME, 2, 1, 1, 1) + bytes(FRAME - 13))
                    await asyncio.wait_for(writer.drain(), PATIENCE)
                kept.append((reader, writer))
                return
            except (OSError, ssl.SSLError, asyncio.TimeoutError):
                continue


async def chatter(reader, writer):
    frame = struct.pack(">IBBQH", 12, 2, 1, 1, 0x7FFF)
    try:
        while True:
            writer.write(frame * 20)
            await writer.drain()
            await asyncio.sleep(0.5)
    except OSError:
        return


async def main(kind, host, port, count):
    tls = None if kind == "plain" else context()
    gate, kept = asyncio.Semaphore(AT_ONCE), []
    await asyncio.gather(*(one(kind, host, port, n, tls, gate, kept) for n in range(count)))
    tasks = [asyncio.create_task(chatter(*k)) for k in kept] if kind == "unknown" else []
    print("ready", len(kept), flush=True)
    await asyncio.gather(*tasks, asyncio.sleep(3600))


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
