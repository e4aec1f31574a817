"""Generates tar archives in the formats of forty years, some of them damaged, reproducibly from a number."""
import random
import struct

BLOCK = 512


def pcap(number):
    """A capture with one packet that no other member has."""
    payload = struct.pack(">Q", number) * random.Random(number).randint(8, 150)
    return (struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
            + struct.pack("<IIII", number % (1 << 32), 0, len(payload), len(payload)) + payload)


def padded(data):
    return data + bytes(-len(data) % BLOCK)


def octal(value, room):
    return b"%0*o\0" % (room - 1, value)


def checksum(header):
    return sum(header[:148]) + 8 * 32 + sum(header[156:])


def with_sum(header, style=0):
    text = [b"%06o\0 ", b"%07o\0", b"%06o  ", b"%6o\0 "][style] % checksum(header)
    return header[:148] + text + header[156:]


class Member:
    """The expected `path` and `data`, and `stored`, the bytes in the archive between offset and end."""

    def __init__(self, path, data, kind=b"0", link=b""):
        self.path, self.data, self.kind, self.link = path, data, kind, link


class Writer:
    def __init__(self, rng, dialect):
        self.rng, self.dialect, self.out = rng, dialect, bytearray()
        self.headers = []  # where each begins
        self.sum_style = rng.choice([0, 0, 0, 1, 2, 3])

    def header(self, name, size, kind, link=b"", extra=b"", mtime=1_600_000_000, prefix=b""):
        rng = self.rng
        size_field = octal(size, 12)
        if self.dialect in ("gnu", "oldgnu", "pax") and rng.random() < 0.1:
            size_field = b"\x80" + size.to_bytes(11, "big")
        elif rng.random() < 0.1:
            size_field = b"%11o " % size
        header = bytearray(BLOCK)
        header[0:100] = name[:100].ljust(100, b"\0")
        header[100:108] = octal(0o644, 8)
        header[108:116] = octal(rng.randrange(2000), 8)
        header[116:124] = octal(rng.randrange(2000), 8)
        header[124:136] = size_field
        header[136:148] = octal(mtime, 12)
        header[156:157] = kind
        header[157:257] = link[:100].ljust(100, b"\0")
        if self.dialect in ("ustar", "pax"):
            header[257:265] = b"ustar\x0000"
            header[345:345 + len(prefix)] = prefix
        elif self.dialect in ("gnu", "oldgnu"):
            header[257:265] = b"ustar  \0"
        if self.dialect != "v7":
            header[265:270], header[297:302] = b"owner", b"group"
        header[345:345 + len(extra)] = extra
        self.headers.append(len(self.out))
        self.out += with_sum(bytes(header), self.sum_style)

    def pax(self, records, kind=b"x"):
        body = b""
        for key, value in records:
            rest = b" " + key + b"=" + value + b"\n"
            length = len(rest)
            while len(b"%d" % length) + len(rest) != length:
                length = len(b"%d" % length) + len(rest)
            body += b"%d" % length + rest
        dialect, self.dialect = self.dialect, "pax"
        self.header(b"./PaxHeaders/x", len(body), kind)
        self.dialect = dialect
        self.out += padded(body)

    def long(self, kind, text):
        self.header(b"././@LongLink", len(text) + 1, kind)
        self.out += padded(text + b"\0")

    def begin(self, member, size, extra=b"", records=(), kind=None):
        """The headers of a member, including those for long names."""
        records, path, link, prefix = list(records), member.path, member.link, b""
        if self.dialect == "pax":
            if len(path) > 100 or self.rng.random() < 0.1:
                records.append((b"path", path))
            if len(link) > 100:
                records.append((b"linkpath", link))
            if self.rng.random() < 0.2:
                records.append((b"mtime", b"1600000000.%d" % self.rng.randrange(10 ** 9)))
            if self.rng.random() < 0.15:
                records.insert(0, (b"SCHILY.xattr.user.note", b"n" * self.rng.choice([1, 600, 70000])))
            if self.rng.random() < 0.1:
                records.append((b"size", b"%d" % size))
            if records:
                self.rng.shuffle(records) if not any(k.startswith(b"GNU") for k, _ in records) else None
                self.pax(records)
        elif self.dialect == "gnu":
            pair = [(b"K", link)] if len(link) > 100 else []
            pair += [(b"L", path)] if len(path) > 100 else []
            for letter, text in pair:
                self.long(letter, text)
        elif self.dialect == "ustar" and len(path) > 100:
            cut = path.rindex(b"/", 0, 155)
            prefix, path = path[:cut], path[cut + 1:]
        self.header(path, size, kind or member.kind, link, extra, prefix=prefix)

    def plain(self, member):
        self.begin(member, len(member.data))
        self.out += padded(member.data)

    def empty(self, member, size):
        self.begin(member, size)

    def sparse(self, member, form, behind=b""):
        """Cuts member.data, whose holes are zeros, into runs, some of them empty."""
        runs, at = [], 0
        data = member.data
        while at < len(data):
            size = min(self.rng.choice([1, 24, 40, 100, 512, 600]), len(data) - at)
            if any(data[at:at + size]) or self.rng.random() < 0.3:
                runs.append((at, size))
            at += size
        if self.rng.random() < 0.5:
            runs.append((len(data), 0))
        stored = b"".join(data[o:o + n] for o, n in runs) + behind
        if form == "old":
            extra = bytearray(BLOCK - 345)
            def pairs(some):
                return b"".join(octal(o, 12) + octal(n, 12) for o, n in some)
            first = pairs(runs[:4])
            extra[386 - 345:386 - 345 + len(first)] = first
            extra[482 - 345] = 1 if len(runs) > 4 else 0
            extra[483 - 345:495 - 345] = octal(len(data), 12)
            self.begin(member, len(stored), bytes(extra[:155]), kind=b"S")
            rest = runs[4:]
            while rest:
                block = bytearray(BLOCK)
                some, rest = rest[:21], rest[21:]
                text = pairs(some)
                block[:len(text)] = text
                block[504] = 1 if rest else 0
                self.out += block
            self.out += padded(stored)
            return
        numbers = [n for run in runs for n in run]
        name = Member(b"GNUSparseFile.7/s", data)
        if form == "1.0":
            records = [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", member.path),
                       (b"GNU.sparse.realsize", b"%d" % len(data))]
            table = padded(b"".join(b"%d\n" % n for n in [len(runs)] + numbers))
            stored = table + stored
        else:
            records = [(b"GNU.sparse.size", b"%d" % len(data)), (b"GNU.sparse.numblocks", b"%d" % len(runs))]
            if form == "0.0":
                name = member
                for offset, size in runs:
                    records += [(b"GNU.sparse.offset", b"%d" % offset), (b"GNU.sparse.numbytes", b"%d" % size)]
            else:
                records += [(b"GNU.sparse.name", member.path), (b"GNU.sparse.map", b",".join(b"%d" % n for n in numbers))]
        self.begin(name, len(stored), records=records)
        self.out += padded(stored)


def long_path(rng, number, dialect):
    levels = [b"d%d" % rng.randrange(4) * rng.choice([1, 3, 20]) for _ in range(rng.randrange(4))]
    most = {"v7": 90, "oldgnu": 90, "ustar": 200}.get(dialect, 900)
    path = b"/".join(levels + [b"m%d" % number + b"x" * rng.choice([0, 0, 5, 60, 90]) + b".pcap"])
    if rng.random() < 0.2 and dialect in ("gnu", "pax"):
        path = b"/".join([b"long" * 20] * rng.randrange(1, 8)) + b"/" + path
    if len(path) > most or (dialect == "ustar" and len(path) > 100 and (b"/" not in path[:155] or len(path[path.rindex(b"/", 0, 155):]) > 100)):
        path = b"m%d.pcap" % number
    if rng.random() < 0.1 and len(path) < 90:
        path = rng.choice([b"./", b"/", b"//", b".//"]) + path
    if rng.random() < 0.1 and len(path) < 80:
        path = path.replace(b"m", "ü".encode() if rng.random() < 0.5 else b"\xff", 1)
    return path


def clean(path):
    return b"/".join(part for part in path.split(b"/") if part not in (b"", b"."))


class Case:
    def __init__(self, seed):
        rng = random.Random(seed)
        self.dialect = rng.choice(["v7", "ustar", "oldgnu", "gnu", "pax", "pax", "gnu"])
        self.truth = {}   # path: bytes
        self.notes = [self.dialect]
        writer = Writer(rng, self.dialect)
        for i in range(rng.randint(1, 7)):
            self.add_member(rng, writer, seed * 10 + i)
        self.ends = [len(writer.out)]
        end = bytes(BLOCK * rng.choice([1, 2, 2, 2, 20]))
        self.bytes = bytes(writer.out) + end
        self.headers = writer.headers
        self.damaged = self.moved = False
        self.hidden = False  # damage that nobody can see
        if rng.random() < 0.55:
            self.damage(rng)

    def add_member(self, rng, writer, number):
        member = Member(long_path(rng, number, self.dialect), pcap(number))
        choice = rng.random()
        if choice < 0.1 and self.dialect != "v7":
            folder = Member(b"folder%d/" % number, b"", b"5")
            writer.empty(folder, rng.choice([0, 0, 4096]))
            self.notes.append("folder")
            return
        if choice < 0.2 and self.truth:
            target = rng.choice(sorted(self.truth))
            if len(target) <= 100 or self.dialect in ("pax", "gnu"):
                member.kind, member.link = b"1", target
                writer.empty(member, rng.choice([0, len(self.truth[target])]))
                self.truth[clean(member.path)] = self.truth[target]
                self.notes.append("hard link")
                return
        if choice < 0.28 and self.dialect == "pax":
            writer.pax([(b"comment", b"c" * 50), (b"mtime", b"1")], b"g")
            self.notes.append("global")
        if choice < 0.31 and self.dialect == "gnu":
            writer.header(b"label", 0, b"V")
        if choice > 0.75 and self.dialect in ("gnu", "oldgnu", "pax"):
            data = bytearray(member.data + bytes(rng.randrange(5000)))
            form = rng.choice(["0.0", "0.1", "1.0"]) if self.dialect == "pax" else "old"
            member.data = bytes(data)
            behind = b"b" * rng.choice([0, 0, 0, 1, 511, 700])
            writer.sparse(member, form, behind)
            self.notes.append("sparse " + form + (" and more" if behind else ""))
        else:
            if rng.random() < 0.08 and self.dialect in ("gnu", "ustar", "pax"):
                member.kind = rng.choice([b"7", b"\0", b"Q"])
            writer.plain(member)
        self.truth[clean(member.path)] = member.data

    def damage(self, rng):
        data = bytearray(self.bytes)
        kind = rng.choice(["flip", "flip", "cut", "zeros between", "block gone", "block twice", "zeros behind", "garbage behind",
                           "noise", "size", "fields", "another behind", "two headers", "record"])
        header = rng.choice(self.headers)
        end = self.ends[0]
        blocks = range(0, end, BLOCK)
        if kind == "flip":
            data[header + rng.choice([*range(148), *range(156, 345)])] ^= 1 << rng.randrange(8)
        elif kind == "two headers":
            for at in rng.sample(self.headers, min(2, len(self.headers))):
                data[at + rng.randrange(100)] ^= 1 << rng.randrange(8)
        elif kind == "cut":
            del data[rng.randrange(len(data)):]
        elif kind == "zeros between":
            data[header:header] = bytes(BLOCK * rng.choice([1, 2, 3]))
        elif kind == "block gone":
            at = rng.choice(blocks)
            del data[at:at + BLOCK]
        elif kind == "block twice":
            at = rng.choice(blocks)
            data[at:at] = data[at:at + BLOCK]
        elif kind == "zeros behind":
            data += bytes(rng.choice([1, 100, 511, 512, 700, 9000]))
        elif kind == "garbage behind":
            data += bytes(rng.choice([0, 1, 512, 700])) + b"garbage" * rng.choice([1, 200])
        elif kind == "noise":
            at = rng.choice(blocks)
            data[at:at + BLOCK] = rng.randbytes(BLOCK)
        elif kind in ("size", "fields"):
            block = bytearray(data[header:header + BLOCK])
            if kind == "size":
                block[124:136] = rng.choice([octal(rng.randrange(3000), 12), octal(8 ** 11 - 1, 12), b"\xff" * 12, b"12x456789ab\0"])
            else:
                field, room = rng.choice([(100, 8), (108, 8), (116, 8), (136, 12), (329, 8)])
                block[field:field + room] = rng.choice([b"x" * room, b" " * room, b"\xff" * room, b"\x80" + bytes(room - 1), bytes(room)])
            data[header:header + BLOCK] = with_sum(bytes(block))
        elif kind == "another behind":
            other = Case.__new__(Case)
            other.truth, other.notes, other.dialect = {}, [], self.dialect
            writer = Writer(rng, self.dialect)
            other.add_member(rng, writer, rng.randrange(1 << 40, 1 << 41))
            data += bytes(writer.out) + bytes(2 * BLOCK)
            self.truth |= other.truth
        elif kind == "record":
            at = header + BLOCK + rng.randrange(60)
            if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
        self.notes.append("DAMAGE " + kind)
        self.damaged = kind not in ("another behind", "zeros behind", "zeros between")
        # A name, a number with a new checksum, or data differ from the original, and nothing
        # reveals it.
        self.hidden = kind in ("size", "fields", "record", "block gone", "block twice", "noise", "zeros between")
        self.moved = kind in ("block gone", "block twice", "record")
        self.bytes = bytes(data)
