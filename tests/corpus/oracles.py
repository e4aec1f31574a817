#!/usr/bin/env python3
"""Compares the figures of `gophercap map` for real captures with capinfos (Wireshark) and libpcap.

Compares packets, bytes on the wire, smallest and largest time and order, file by file. Each difference must be explained: the file
is listed in $GOPHERCAP_CORPUS/DISAGREEMENTS.md, which says who is right, or in EXCEPTIONS below.

environment: GOPHERCAP, the binary; GOPHERCAP_CORPUS, the folder of captures. Exit 77 where something is missing.
"""

import ctypes
import ctypes.util
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Cases in which SPEC decides differently from the reference, or the reference has rules of its own.
EXCEPTIONS = {
    "malformed-truncated/clusterfuzz-testcase-minimized-FuzzTarget-5685520970809344":
        "reserved bits beside the link type are no reason to refuse a file",
    "malformed-truncated/test006-fixed.ntar": "a packet above the snap length is kept whole; libpcap refuses it in pcapng",
    "nanosecond/packets.merged.pcapng": "four times outside of 64-bit nanoseconds are no times",
    "pcapng/dhcp_little_endian.pcapng": "all times outside of 64-bit nanoseconds are no times",
    "other-formats/provenance.erf": "metadata records, which we give whole; capinfos takes their headers off",
}
# Outside the scope of the table's own parser, but read here, so they must agree anyway.
READ_HERE = re.compile(r"\.(erf|snoop)$")


class Timeval(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("micros", ctypes.c_long)]


class PacketHeader(ctypes.Structure):
    _fields_ = [("time", Timeval), ("captured", ctypes.c_uint32), ("length", ctypes.c_uint32)]


def load_libpcap():
    name = ctypes.util.find_library("pcap")
    if name is None:
        return None
    lib = ctypes.CDLL(name)
    lib.pcap_open_offline.restype = ctypes.c_void_p
    lib.pcap_open_offline.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    lib.pcap_next_ex.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.POINTER(PacketHeader)), ctypes.POINTER(ctypes.c_void_p)]
    lib.pcap_close.argtypes = [ctypes.c_void_p]
    return lib


def libpcap_figures(lib, path):
    """{figure: value} up to the first error; None if libpcap does not open the file."""
    handle = lib.pcap_open_offline(os.fsencode(path), ctypes.create_string_buffer(256))
    if not handle:
        return None
    header, data = ctypes.POINTER(PacketHeader)(), ctypes.c_void_p()
    packets = wire = 0
    while lib.pcap_next_ex(handle, ctypes.byref(header), ctypes.byref(data)) == 1:
        packets += 1
        wire += header.contents.length
    lib.pcap_close(handle)
    return {"packets": packets, "wire bytes": wire}


def nanoseconds(text):
    """capinfos' seconds with a fraction, or None for n/a."""
    match = re.fullmatch(r"(-?\d+)(?:[.,](\d{1,9}))?", text)
    return int(match[1]) * 10**9 + int((match[2] or "").ljust(9, "0")) if match else None


def capinfos_figures(paths):
    """{path: figures} of the files that capinfos can read."""
    found = {}
    for at in range(0, len(paths), 200):
        run = subprocess.run(["capinfos", "-T", "-r", "-M", "-B", "-N", "-S", "-c", "-d", "-a", "-e", "-o", *paths[at:at + 200]],
                             capture_output=True, text=True, errors="surrogateescape", check=False)
        for line in run.stdout.splitlines():
            path, *fields = line.split("\t")
            if len(fields) < 5:
                continue
            packets, size, start, end, order = fields[:5]
            found[path] = {"packets": int(packets), "wire bytes": int(size),
                           "beginning": nanoseconds(start), "end": nanoseconds(end),
                           "in order": {"True": True, "False": False}.get(order)}
    return found


def time_of(text):
    match = re.fullmatch(r"(.*?)(?:\.(\d+))?Z", text)
    seconds = datetime.datetime.fromisoformat(match[1]).replace(tzinfo=datetime.timezone.utc)
    since = seconds - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * 10**9 + int((match[2] or "").ljust(9, "0"))


def our_figures(binary, paths):
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([binary, "map", "--json", "--quiet", "--dump-json", f"{folder}/dump.json", *paths],
                             capture_output=True, text=True, errors="surrogateescape", check=False)
    if run.returncode not in (0, 3):
        sys.exit(f"gophercap map: exit {run.returncode}\n{run.stderr}")
    found = {}
    for entry in json.loads(run.stdout)["files"]:
        timed = entry["packets"] > entry["packets_without_time"]
        found[entry["path"]] = {"packets": entry["packets"], "wire bytes": entry["wire_bytes"],
                                "beginning": time_of(entry["beginning"]) if timed else None,
                                "end": time_of(entry["end"]) if timed else None,
                                "in order": entry["out_of_order"] == 0,
                                "format": entry["format"], "compression": entry["compression"],
                                "corrupt": entry.get("damage", {}).get("code") in ("corrupt", "unsupported")}
    return found


def differences(ours, oracle):
    for figure, value in oracle.items():
        if figure in ("beginning", "end") and value is not None and ours[figure] is not None:
            # Wireshark rounds the 32-bit fractions of ERF; gophercap rounds them down.
            if abs(ours[figure] - value) <= (1 if ours["format"] == "erf" else 0):
                continue
        elif ours[figure] == value or (figure == "in order" and value is None and ours["packets"] == 0):
            continue
        yield f"{figure} {ours[figure]}, not {value}"


def main():
    binary, corpus = os.environ.get("GOPHERCAP"), os.environ.get("GOPHERCAP_CORPUS")
    if not binary or not corpus:
        print("skipped: GOPHERCAP or GOPHERCAP_CORPUS is not set")
        return 77
    libpcap = load_libpcap()
    if libpcap is None or shutil.which("capinfos") is None:
        print("skipped: capinfos or libpcap is missing")
        return 77
    root = pathlib.Path(corpus)
    rows = (root / "expected-dev.tsv").read_text(errors="surrogateescape").splitlines()[1:]
    names = [row.split("\t", 1)[0] for row in rows]
    explained = set(re.findall(r"^- dev/(\S+):", (root / "DISAGREEMENTS.md").read_text(), re.M))
    explained = {name for name in explained if not READ_HERE.search(name)} | set(EXCEPTIONS)

    paths = {name: str(root / name) for name in names}
    ours = our_figures(binary, list(paths.values()))
    capinfos = capinfos_figures(list(paths.values()))
    compared, differing, unexplained = 0, set(), []
    for name, path in paths.items():
        if any(other.startswith(path + "!/") for other in ours):
            continue  # a tarball: its captures are mapped in its place, and no oracle looks into it
        if path not in ours:
            unexplained.append(f"{name}: not in the dump")
            continue
        found = []
        if path in capinfos:
            compared += 1
            found += [f"capinfos: {d}" for d in differences(ours[path], capinfos[path])]
        elif ours[path]["packets"] > 0 and not ours[path]["corrupt"]:  # of corrupt files capinfos says nothing at all
            found.append(f"capinfos does not read it; {ours[path]['packets']} packets here")
        if ours[path]["compression"] == "none" and ours[path]["format"].startswith("pcap"):
            figures = libpcap_figures(libpcap, path)
            if figures is not None:
                compared += 1
                found += [f"libpcap: {d}" for d in differences(ours[path], figures)]
        if found:
            differing.add(name)
            if name not in explained:
                unexplained.append(f"{name}: " + "; ".join(found))
    for name in sorted(set(EXCEPTIONS) - differing):
        unexplained.append(f"{name}: agrees, so it is no exception any more")
    print(f"{len(names)} files, {compared} comparisons, {len(differing)} files differ, {len(unexplained)} unexplained")
    print("\n".join(unexplained))
    return 1 if unexplained or compared < len(names) else 0


if __name__ == "__main__":
    sys.exit(main())
