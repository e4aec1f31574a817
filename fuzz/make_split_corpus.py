#!/usr/bin/env python3
"""Writes the seeds of the fuzz target io_split_fuzz: small inputs of several members, frames and blocks. Needs zstd, lz4, xz.

usage: make_split_corpus.py CORPUS_FOLDER

Each begins with the two bytes that say how it is read (fuzz/io_split_fuzz.cc). Inputs that a fuzzer found stand beside the
seeds under other names and are left alone.
"""

import pathlib
import random
import struct
import subprocess
import sys
import zlib

PIECES = bytes((9, 3))


def plain(size, seed):
    source = random.Random(seed)
    words = [bytes(source.choices(range(97, 117), k=source.randrange(2, 9))) for _ in range(40)]
    out = b""
    while len(out) < size:
        out += source.choice(words) + b" "
    return out[:size]


def tool(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def pieces(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


def member(data, sized=False):
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush() + struct.pack("<II", zlib.crc32(data), len(data))
    if not sized:
        return bytes.fromhex("1f8b08000000000000ff") + body
    extra = struct.pack("<HBBHH", 6, 66, 67, 2, 18 + len(body) - 1)
    return bytes.fromhex("1f8b08040000000000ff") + extra + body


def skippable(data):
    return struct.pack("<II", 0x184D2A53, len(data)) + data


def seeds():
    text = plain(2400, 1)
    bgzf = b"".join(member(p, True) for p in pieces(text, 300)) + member(b"", True)
    members = b"".join(member(p) for p in pieces(text, 300))
    yield "bgzf", bgzf
    yield "bgzf_cut", bgzf[:-70]
    yield "members", members
    yield "members_then_bgzf", members + bgzf
    yield "members_padding", members + bytes(512)
    yield "members_garbage", members + b"garbage" + members
    frames = [tool(p, "zstd", "-q", "-c") for p in pieces(text, 400)]
    yield "zstd_frames", b"".join(frames)
    yield "zstd_no_checksum", b"".join(tool(p, "zstd", "-q", "-c", "--no-check") for p in pieces(text, 400))
    yield "zstd_skippable", b"".join(skippable(bytes(4)) + f for f in frames)
    yield "zstd_small_window", b"".join(tool(text, "zstd", "-q", "-c", "--zstd=wlog=10") for _ in range(3))
    long = plain(300, 2) * 900
    yield "lz4_blocks", tool(long, "lz4", "-q", "-c", "-B4")
    yield "lz4_block_checksums", tool(long, "lz4", "-q", "-c", "-B4", "-BX")
    yield "lz4_dependent", tool(long, "lz4", "-q", "-c", "-B4", "-BD")
    yield "lz4_frames", b"".join(tool(p, "lz4", "-q", "-c", "-B4") for p in pieces(text, 400)) + skippable(b"abc")
    yield "lz4_stored", tool(random.Random(3).randbytes(900), "lz4", "-q", "-c", "-B4")
    yield "lz4_legacy", tool(text, "lz4", "-q", "-c", "-l") + tool(text, "lz4", "-q", "-c")
    yield "xz_blocks", tool(text, "xz", "-q", "-c", "-0", "-T2", "--block-size=400")


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    folder = pathlib.Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds():
        (folder / name).write_bytes(PIECES + data)


if __name__ == "__main__":
    main(sys.argv[1:])
