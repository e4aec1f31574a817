#!/usr/bin/env python3
"""sniffer.py INTERFACE OUT [tap]: counts the Ethernet frames of type 0x88b5 that leave by the interface, as a sensor there sees
them, until SIGTERM; then writes their number to OUT. With "tap" it makes the interface first and takes what is sent to it, so that
somebody is at its other end, and does not listen: the number is what that end got. Creates OUT.ready when it is there."""
import fcntl
import os
import select
import signal
import socket
import struct
import sys

interface, out = sys.argv[1:3]
TUNSETIFF, IFF_TAP, IFF_NO_PI, SO_RCVBUFFORCE = 0x400454CA, 0x0002, 0x1000, 33
over, wake = os.pipe()
signal.signal(signal.SIGTERM, lambda *_: os.write(wake, b"x"))
if sys.argv[3:] == ["tap"]:
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", interface.encode(), IFF_TAP | IFF_NO_PI))
else:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    sock.bind((interface, 3))  # ETH_P_ALL
    sock.setblocking(False)
    fd = sock.fileno()
open(out + ".ready", "w", encoding="utf-8").close()

seen = 0
while True:
    ready = select.select([fd, over], [], [])[0]
    while True:  # to the last one that is there, also when the end has come
        try:
            seen += os.read(fd, 65536)[12:14] == b"\x88\xb5"
        except BlockingIOError:
            break
    if over in ready:
        break
with open(out, "w", encoding="utf-8") as file:
    file.write(f"{seen}\n")
