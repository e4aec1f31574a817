"""How fast captures are mapped."""
import shlex
import subprocess

from harness import Command, fail, mib, ratio, spread

FAST_CAPINFOS = ["-c", "-a", "-e", "-M", "-T"]  # counts and times only: the least that answers what map answers


def by_name(commands, name):
    return next((c for c in commands if c.name == name), None)


def throughput_table(bench, title, text, commands, unit_name, unit):
    header = ["", "wall s", unit_name, "CPU s", "peak MiB", "gophercap is faster by"]

    def row(c):
        ours = by_name(commands, c.against)
        return [c.name, spread(c.values("wall")), f"{c.work / unit / c.median('wall'):.3g}",
                f"{c.median('cpu'):.2f}", mib(c.median("rss_kib")), ratio(ours, c, "wall")]

    bench.section(title, text, commands, header, row)


def map_command(bench, folder, workers, work):
    """`folder` may be a file, too."""
    source = ["--dir-src", folder] if folder.is_dir() else [folder, "--file-suffix", ""]
    argv = [bench.program("gophercap"), "map", *source, "--file-workers", workers,
            "--dump-json", bench.data / "dump.json", "--quiet"]
    if folder.name == "gz":
        argv += ["--file-suffix", "gz"]
    plural = "worker" if workers == 1 else "workers"
    return Command(f"gophercap map, {workers} {plural}", argv, work)


def map_plain(bench, options):
    folder = bench.generated("imix", "--files 4 --writers 3 --file-mib 16 --span 60" if options.quick else
                             "--files 32 --writers 8 --file-mib 128 --span 600")
    files = sorted(folder.glob("*.pcap"))
    walked = bench.walked(files)
    size = walked["file_bytes"]
    commands = [map_command(bench, folder, 1, size), map_command(bench, folder, 2, size)]
    one, two = commands[0].name, commands[1].name
    if tool := bench.tool("capinfos"):
        commands.append(Command("capinfos, counts and times", [tool, *FAST_CAPINFOS, *files], size, one))
        commands.append(Command("capinfos, default", [tool, *files], size, one))
    for threads, against in ((1, one), (2, two)):
        argv = [bench.program("walk"), "--threads", threads, *files]
        commands.append(Command(f"bare walk, {threads} thread" + "s" * (threads > 1), argv, size, against))
    bench.measure(commands)
    text = (f"{len(files)} plain IMIX files, {size / 1e9:.2f} GB, {walked['packets']:,} packets, from the page cache. "
            "The bare walk reads nothing but record headers.")
    throughput_table(bench, "map, plain", text, commands, "GB/s", 1e9)


def map_gzip(bench, options):
    plain = sorted((bench.data / "imix").glob("*.pcap"))[:2 if options.quick else 8]
    if not plain:
        fail("the gzip set is made from the plain one: run with --only map,gzip")

    def make(folder):
        names = "".join(f"{p}\0" for p in plain)
        line = f'gzip -6 -c "$1" >{shlex.quote(str(folder))}/"${{1##*/}}".gz'
        subprocess.run(["xargs", "-0", "-P2", "-n1", "sh", "-c", line, "sh"], input=names.encode(), check=True)

    recipe = f"gzip -6 of the first {len(plain)} files of " + (bench.data / "imix.complete").read_text()
    folder = bench.make_set("gz", make, recipe)
    files = sorted(folder.glob("*.gz"))
    size = bench.walked(plain)["file_bytes"]
    subprocess.run(["cat", *map(str, files)], stdout=subprocess.DEVNULL, check=True)
    commands = [map_command(bench, folder, 1, size), map_command(bench, folder, 2, size)]
    one, two = commands[0].name, commands[1].name
    if tool := bench.tool("capinfos"):
        commands.append(Command("capinfos, counts and times", [tool, *FAST_CAPINFOS, *files], size, one))
    if bench.tool("igzip"):
        all_files = " ".join(shlex.quote(str(f)) for f in files)
        for jobs, against in ((1, one), (2, two)):
            line = f"printf '%s\\0' {all_files} | xargs -0 -P{jobs} -n1 igzip -d -c >/dev/null"
            commands.append(Command(f"igzip -d, {jobs} at a time", ["sh", "-c", line], size, against))
    bench.measure(commands)
    text = (f"{len(files)} files of gzip -6, {size / 1e9:.2f} GB of plain bytes; GB/s are plain bytes. "
            "igzip only decompresses.")
    throughput_table(bench, "map, gzip", text, commands, "GB/s", 1e9)


def codec_files(bench, options):
    """{codec: file} of one large capture, each in pieces that can be decompressed apart."""
    plain_options = f"--files 1 --writers 1 --file-mib {64 if options.quick else 1024} --span 600"
    plain = next(bench.generated("large", plain_options).glob("*.pcap"))

    def make(folder):
        capture, program = shlex.quote(str(plain)), shlex.quote(bench.program("gophercap"))
        where = shlex.quote(str(folder))
        tar = f"tar -C {shlex.quote(str(plain.parent))} -cf - {shlex.quote(plain.name)}"
        for line in (f"{tar} | {program} tarExtract - --out-dir {where} --out-gzip --quiet",
                     f"{tar} | {program} tarExtract - --out-dir {where} --out-zstd --quiet",
                     f"lz4 -q -c {capture} >{where}/{plain.name}.lz4",
                     f"xz -q -0 -T2 -c {capture} >{where}/{plain.name}.xz"):
            subprocess.run(["sh", "-c", line], check=True)

    folder = bench.make_set("codecs", make, f"BGZF, zstd, lz4, xz -0 -T2 of: {plain_options}")
    suffixes = {"BGZF": "gz", "zstd": "zst", "lz4": "lz4", "xz": "xz"}
    return plain, {name: folder / f"{plain.name}.{suffix}" for name, suffix in suffixes.items()}


def map_codecs(bench, options):
    """One file at a time: the second worker can only help to decompress."""
    plain, files = codec_files(bench, options)
    size = plain.stat().st_size
    peers = {"BGZF": ("igzip", "-d", "-c"), "zstd": ("zstd", "-q", "-d", "-c"), "lz4": ("lz4", "-q", "-d", "-c"),
             "xz": ("xz", "-q", "-d", "-c", "-T2")}
    commands = []
    for name, file in files.items():
        subprocess.run(["cat", str(file)], stdout=subprocess.DEVNULL, check=True)
        for workers in (1, 2):
            command = map_command(bench, file, workers, size)
            command.name = f"{name}: {command.name}"
            commands.append(command)
        if tool := bench.tool(peers[name][0]):
            line = shlex.join([tool, *peers[name][1:], str(file)]) + " >/dev/null"
            shown = " ".join(word for word in peers[name] if word not in ("-q", "-c"))
            commands.append(Command(f"{name}: {shown}", ["sh", "-c", line], size, commands[-1].name))
    bench.measure(commands)
    text = (f"One capture of {size / 1e9:.2f} GB, compressed in pieces that can be decompressed apart; GB/s are plain "
            "bytes. The codecs' own tools only decompress.")
    throughput_table(bench, "map, one compressed file", text, commands, "GB/s", 1e9)


def map_tiny(bench, options):
    count = 2000 if options.quick else 100000
    folder = bench.generated("tiny", f"--tiny {count}")
    commands = [map_command(bench, folder, 1, count), map_command(bench, folder, 2, count)]
    if bench.tool("capinfos"):
        line = f"find {folder} -type f -print0 | xargs -0 capinfos {' '.join(FAST_CAPINFOS)}"
        commands.append(Command("capinfos, counts and times", ["sh", "-c", line], count, commands[0].name))
    bench.measure(commands)
    throughput_table(bench, "map, very many files", f"{count:,} files of three packets.", commands, "files/s", 1)
