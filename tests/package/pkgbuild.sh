#!/usr/bin/env bash
# Checks the PKGBUILD without Arch: it has what makepkg requires, and its package() gives the same files as
# `cmake --install`.
. "$(dirname "$0")/../cli/common.inc"
set -o pipefail

: "${BUILD_DIR:?the build folder}"
pkgbuild=$SOURCE_DIR/packaging/arch/PKGBUILD
bash -n "$pkgbuild"
if command -v shellcheck >/dev/null; then shellcheck "$pkgbuild"; fi

# Read as makepkg does. (Not in a condition, which would turn off set -e inside.)
(
  set -eu
  startdir=$SOURCE_DIR/packaging/arch
  . "$pkgbuild"
  for name in pkgname pkgver pkgrel pkgdesc; do [[ $(declare -p $name) == "declare -- $name="* && -n ${!name} ]]; done
  for name in arch license depends makedepends checkdepends source sha256sums; do
    [[ $(declare -p $name) == "declare -a $name="* ]] || { echo "$name is not an array"; exit 1; }
  done
  [[ $pkgver =~ ^[0-9][0-9A-Za-z.]*$ && $pkgrel =~ ^[0-9]+$ ]]
  [[ ${#source[@]} -eq ${#sha256sums[@]} && ${source[0]} == "gophercap::git+file://$startdir/../..#tag=v$pkgver" ]]
  for name in build check package; do [[ $(type -t $name) == function ]]; done
  for name in "${depends[@]}" "${makedepends[@]}" "${checkdepends[@]}"; do
    [[ $name =~ ^[a-z0-9][a-z0-9.+-]*$ ]] || { echo "no package name: $name"; exit 1; }
  done
  # One package for each library of the program.
  declare -A package_of=([Threads]=glibc [BZip2]=bzip2 [LibLZMA]=xz [tl-expected]=tl-expected [CLI11]=cli11 [nlohmann_json]=nlohmann-json
    [libisal]=isa-l [libzstd]=zstd [liblz4]=lz4 [libxxhash]=xxhash [sqlite3]=sqlite [PkgConfig]=pkgconf)
  while read -r library; do
    wanted=${package_of[$library]:-$library}
    [[ " ${depends[*]} ${makedepends[*]} " == *" $wanted "* ]] || { echo "$library: no package $wanted"; exit 1; }
  done < <(sed -nE 's/^find_package\(([A-Za-z0-9_-]+).*/\1/p; s/^pkg_check_modules\(.* ([a-z0-9]+)\)/\1/p' "$SOURCE_DIR/cmake/dependencies.cmake")
)

# build() uses only options that this tree has.
sed -n '/^build()/,/^}/p' "$pkgbuild" | grep -oE -- '-DGOPHERCAP_[A-Z]+' | sed 's/-D//' | while read -r name; do
  grep -q "$name" "$SOURCE_DIR/CMakeLists.txt" || { echo "no such setting: $name"; exit 1; }
done

# package(), with this build.
mkdir sources
ln -s "$SOURCE_DIR" sources/gophercap
ln -s "$BUILD_DIR" sources/build
(
  startdir=$SOURCE_DIR/packaging/arch pkgdir=$work/package
  . "$pkgbuild"
  cd sources
  package >"$work/log"
)
cd package/usr
[[ $(readlink bin/gopherCap) == gophercap && -x bin/gophercap && -s share/doc/gophercap/README.md ]]
[[ -s share/zsh/site-functions/_gophercap && -s share/man/man1/gophercap.1 && ! -e share/zsh/vendor-completions ]]
