#!/usr/bin/env bash
# Checks the Dockerfile without Docker: its stages refer to each other correctly, the files that it copies exist and are all
# that a build needs, and it has no package list of its own that could differ from that of ./dev. The steps themselves are
# those of ./dev package.
. "$(dirname "$0")/../cli/common.inc"

python3 - "$SOURCE_DIR" "$work/src" <<'PYTHON'
import json, pathlib, re, shutil, subprocess, sys
tree, context = map(pathlib.Path, sys.argv[1:])

# --- stages: list of (image, name, [(instruction, text)]) ---
text = re.sub(r"^\s*#.*\n", "", (tree / "Dockerfile").read_text(), flags=re.M)
stages = []
for line in re.sub(r"\\\n\s*", " ", text).splitlines():
    if not line.strip():
        continue
    word, rest = line.split(None, 1)
    assert word in {"FROM", "WORKDIR", "COPY", "RUN", "ARG", "LABEL", "ENTRYPOINT", "CMD"}, line
    if word == "FROM":
        image = re.fullmatch(r"(\S+)(?: AS (\S+))?", rest)
        stages.append((image[1], image[2], []))
    else:
        stages[-1][2].append((word, rest))
def all_of(stage, word):
    return [rest for name, rest in stage[2] if name == word]
assert len(stages) == 2, stages
build, runtime = stages
assert build[:2] == ("debian:bookworm", "build") and runtime[:2] == ("debian:bookworm-slim", None), stages
for stage in stages:
    for command in all_of(stage, "RUN"):
        subprocess.run(["bash", "-n", "-c", command], check=True)

# --- the version is passed in, after the layers that do not depend on it ---
names = [name for name, _ in build[2]]
assert all_of(build, "ARG") == ["VERSION=development"] and names[-2:] == ["ARG", "RUN"], build
assert './dev package "$VERSION"' in all_of(build, "RUN")[-1]

# --- packages: those of ./dev in one stage, those of the package in the other ---
assert all_of(build, "RUN")[0] == "./dev setup package"
assert not any("apt" in command for command in all_of(build, "RUN"))
installed = [w for c in all_of(runtime, "RUN") for w in re.search(r"apt-get install ([^&|;]*)", c)[1].split() if w[0] != "-"]
assert installed == ["/tmp/gophercap.deb", "netbase"], installed  # netbase: recommended by the package
assert all_of(runtime, "COPY") == ["--from=build /src/gophercap.deb /tmp/"]
assert "gophercap.deb" in all_of(build, "RUN")[-1] and all_of(build, "WORKDIR") == ["/src"]
assert json.loads(all_of(runtime, "ENTRYPOINT")[0]) == ["gophercap"]

# --- what is copied is allowed by .dockerignore ---
copied = set()
for rest in all_of(build, "COPY"):
    *sources, target = rest.split()
    copied.update(sources)
    for source in sources:
        place = context / target / source if target == "./" else context / target
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (tree / source).is_dir() else shutil.copy2)(tree / source, place)
ignore = [line for line in (tree / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
assert ignore[0] == "*" and all(line[0] == "!" for line in ignore[1:]), ignore
assert {line[1:] for line in ignore[1:]} == copied, copied
PYTHON

# The copied files are sufficient to configure a build and, with an existing program, to make the package.
cd src
[[ -x dev ]]
./dev help | grep -q '^  package '
cmake --preset release -DGOPHERCAP_VERSION=v1.2.3 >../log 2>&1 || { cat ../log; exit 1; }
command -v dpkg-shlibdeps >/dev/null || exit 0
cp "$GOPHERCAP" build/gophercap
cpack --config build/CPackConfig.cmake -G DEB -B build >../log 2>&1 || { cat ../log; exit 1; }
[[ -s $(echo build/gophercap_1.2.3-1_*.deb) ]]
