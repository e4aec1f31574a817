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
    argv = [bench.program("gophercap"), "map", "--dir-src", folder, "--file-workers", workers,
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


def map_tiny(bench, options):
    count = 2000 if options.quick else 100000
    folder = bench.generated("tiny", f"--tiny {count}")
    commands = [map_command(bench, folder, 1, count), map_command(bench, folder, 2, count)]
    if bench.tool("capinfos"):
        line = f"find {folder} -type f -print0 | xargs -0 capinfos {' '.join(FAST_CAPINFOS)}"
        commands.append(Command("capinfos, counts and times", ["sh", "-c", line], count, commands[0].name))
    bench.measure(commands)
    throughput_table(bench, "map, very many files", f"{count:,} files of three packets.", commands, "files/s", 1)
