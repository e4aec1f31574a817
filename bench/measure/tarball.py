"""Tarballs of captures: extracted, packed again, mapped where they are."""
import pathlib
import shlex
import shutil
import subprocess
import tempfile

from harness import Command, fail
from map_speed import throughput_table

MEMORY = pathlib.Path("/dev/shm")


def make_tarball(bench, quick):
    files = sorted((bench.data / "imix").glob("*.pcap"))[:2 if quick else 16]
    if not files:
        fail("the tarball is made from the plain set: run with --only map,tarball once")

    def make(folder):
        names = " ".join(shlex.quote(path.name) for path in files)
        subprocess.run(["sh", "-c", f"tar -C {shlex.quote(str(files[0].parent))} -cf - {names} | gzip -6 >{folder}/set.tar.gz"],
                       check=True)

    recipe = f"tar of the first {len(files)} files, gzip -6, of " + (bench.data / "imix.complete").read_text()
    folder = bench.make_set("tarball", make, recipe)
    return folder / "set.tar.gz", files


def in_members(bench, archive):
    """The same in gzip members of 1 MiB, which can be decompressed apart."""
    def make(folder):
        line = f"gzip -dc {shlex.quote(str(archive))} | split -b 1M --filter='gzip -6 -c' - >{folder}/members.tar.gz"
        subprocess.run(["sh", "-c", line], check=True)

    recipe = "gzip members of 1 MiB of: " + (bench.data / "tarball.complete").read_text()
    return bench.make_set("tarball-members", make, recipe) / "members.tar.gz"


def map_members(bench, archive, size):
    """Mapped for the first time: one pass over all of it, which makes the index."""
    archive = in_members(bench, archive)
    subprocess.run(["cat", str(archive)], stdout=subprocess.DEVNULL, check=True)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else bench.data) as place:
        def empty():
            for path in pathlib.Path(place).iterdir():
                path.unlink()

        ours = [bench.program("gophercap"), "map", "--quiet", archive, "--dump-json", f"{place}/dump.json", "--file-workers"]
        commands = [Command(f"gophercap map, {workers} worker{'s' * (workers > 1)}", [*ours, workers], size, before=empty)
                    for workers in (1, 2)]
        if bench.tool("igzip"):
            commands.append(Command("igzip -dc", ["sh", "-c", f"igzip -dc {shlex.quote(str(archive))} >/dev/null"], size,
                                    commands[1].name))
        bench.measure(commands)
        text = (f"The same captures in a .tar.gz of gzip members of 1 MiB ({archive.stat().st_size / 1e9:.2f} GB), without an index; "
                "MB/s are plain bytes.")
        throughput_table(bench, "map, a tarball that can be cut", text, commands, "MB/s", 1e6)


def tarball(bench, options):
    archive, files = make_tarball(bench, options.quick)
    size = bench.walked(files)["file_bytes"]
    subprocess.run(["cat", str(archive)], stdout=subprocess.DEVNULL, check=True)
    # In memory, so that the disk does not matter; packed output is small enough for any place.
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else bench.data) as place:
        out = pathlib.Path(place) / "out"
        dump = pathlib.Path(place) / "dump.json"

        def empty():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            for path in pathlib.Path(place).glob("dump.json*"):
                path.unlink()
            for path in pathlib.Path(place).glob("*.index"):
                path.unlink()

        ours = [bench.program("gophercap"), "tarExtract", "--quiet", "--in-tarball", archive]
        commands = [
            Command("gophercap tarExtract --dryrun", [*ours, "--dryrun"], size, before=empty),
            Command("gophercap tarExtract, to files", [*ours, "--out-dir", out], size, before=empty),
            Command("gophercap tarExtract --out-gzip --level fast",
                    [*ours, "--out-dir", out, "--out-gzip", "--level", "fast"], size, before=empty),
            Command("gophercap tarExtract --map", [*ours, "--out-dir", out, "--map", dump], size, before=empty),
            Command("gophercap map, with its index",
                    [bench.program("gophercap"), "map", "--quiet", archive, "--dump-json", dump], size, before=empty)]
        dryrun, to_files, packed = (command.name for command in commands[:3])
        quoted = shlex.quote(str(archive))
        peers = [("tar", "tar -xzf", ["tar", "-xzf", archive, "-C", out], to_files),
                 ("pigz", "tar -I pigz -xf", ["tar", "-I", "pigz", "-xf", archive, "-C", out], to_files),
                 ("igzip", "igzip -dc | tar x", ["sh", "-c", f"igzip -dc {quoted} | tar -x -C {out}"], to_files),
                 ("igzip", "igzip -dc", ["sh", "-c", f"igzip -dc {quoted} >/dev/null"], dryrun),
                 ("igzip", "igzip -dc | igzip -1", ["sh", "-c", f"igzip -dc {quoted} | igzip -1 -c >{out}/set.gz"], packed)]
        commands += [Command(name, argv, size, against, before=empty) for tool, name, argv, against in peers
                     if bench.tool(tool)]
        bench.measure(commands)
        empty()
        index_share(bench, archive, dump, commands, size)
    map_members(bench, archive, size)


def index_share(bench, archive, dump, commands, size):
    """The table; what the index takes, and how soon a replay of one member of it begins."""
    mapped = [bench.program("gophercap"), "map", "--quiet", str(archive), "--dump-json", str(dump)]
    subprocess.run(mapped, check=True, stdout=subprocess.DEVNULL)
    index = dump.parent / f"{archive.name}.index"
    share = index.stat().st_size / archive.stat().st_size
    text = (f"A .tar.gz (gzip -6) of {archive.stat().st_size / 1e9:.2f} GB with captures of {size / 1e9:.2f} GB; MB/s are plain "
            f"bytes, from the page cache into memory. The index takes {share:.2%} of the tarball.")
    throughput_table(bench, "tarballs", text, commands, "MB/s", 1e6)
