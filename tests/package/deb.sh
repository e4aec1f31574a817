#!/usr/bin/env bash
# The Debian package: its contents, the result of lintian, and that it can be installed (into its own root folder) and
# removed.
. "$(dirname "$0")/../cli/common.inc"
set -o pipefail

: "${BUILD_DIR:?the build folder}"
((EUID == 0)) || skip "needs root to install a package"
for program in cpack dpkg-deb dpkg-shlibdeps lintian; do
  command -v $program >/dev/null || skip "$program is missing"
done
# Such builds are not packaged, and lintian would rightly complain.
! grep -qE '__(asan|tsan)_init' "$GOPHERCAP" || skip "a build with sanitizers"

# This umask must not affect the package.
(umask 077; cd "$BUILD_DIR" && cpack -G DEB -B "$work/packages") >log 2>&1 || { cat log; exit 1; }
deb=$(echo packages/gophercap_*.deb)
[[ -s $deb ]]

field() { dpkg-deb -f "$deb" "$1"; }
[[ $(field Package) == gophercap && $(field Section) == net && $(field Priority) == optional && $(field Recommends) == netbase ]]
version=$(field Version)
dpkg --validate-version "$version"
[[ $deb == "packages/gophercap_${version}_$(dpkg --print-architecture).deb" ]]
# Package names as far as they are equal in all releases of Debian.
for library in 'libarchive13(t64)?' libc6 libdeflate0 'libfmt[0-9]+' libisal2 'libre2-[0-9a-z-]+' 'libsimdjson[0-9]+' 'libstdc\+\+6' \
  'libyaml-cpp0\.[0-9]+' libzstd1; do
  grep -qE ", $library[ ,]" <<<", $(field Depends)," || { echo "$library is not in Depends: $(field Depends)"; exit 1; }
done

dpkg-deb -c "$deb" | awk '{ print $1, $2, $6, $7, $8 }' | grep -v '^d' | LC_ALL=C sort -k3 >contents
diff - contents <<'CONTENTS'
lrwxrwxrwx root/root ./usr/bin/gopherCap -> gophercap
-rwxr-xr-x root/root ./usr/bin/gophercap  
-rw-r--r-- root/root ./usr/share/bash-completion/completions/gophercap  
-rw-r--r-- root/root ./usr/share/doc/gophercap/changelog.Debian.gz  
-rw-r--r-- root/root ./usr/share/doc/gophercap/changelog.gz  
-rw-r--r-- root/root ./usr/share/doc/gophercap/copyright  
-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/gophercap.fish  
-rw-r--r-- root/root ./usr/share/lintian/overrides/gophercap  
lrwxrwxrwx root/root ./usr/share/man/man1/gopherCap.1.gz -> gophercap.1.gz
-rw-r--r-- root/root ./usr/share/man/man1/gophercap.1.gz  
-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_gophercap  
CONTENTS

lintian --allow-root --fail-on error,warning "$deb" >words 2>&1 || { cat words; exit 1; }
not grep -E '^[EW]: ' words

# Its own root, where dpkg knows no other packages; hence --force-depends.
mkdir -p root/var/lib/dpkg/{info,updates,triggers}
touch root/var/lib/dpkg/{status,available}
dpkg_here() { dpkg --root="$work/root" --log="$work/dpkg.log" --force-depends --force-script-chrootless "$@" >>dpkg.out 2>&1 || { cat dpkg.out; return 1; }; }
dpkg_here -i "$deb"
usr=root/usr
[[ $($usr/bin/gophercap version) == $("$GOPHERCAP" version) && $($usr/bin/gopherCap version) == $("$GOPHERCAP" version) ]]
zcat $usr/share/man/man1/gopherCap.1.gz | cmp - <("$GOPHERCAP" man)
cmp $usr/share/bash-completion/completions/gophercap <("$GOPHERCAP" completion bash)
cmp $usr/share/doc/gophercap/changelog.gz <(gzip -9n <"$SOURCE_DIR/CHANGELOG.md")
dpkg_here -i "$deb"  # once more, over itself
dpkg_here -r gophercap
dpkg_here -P gophercap
[[ -z $(find root -path root/var/lib/dpkg -prune -o -type f -print -o -type l -print) && ! -e root/usr ]] || { find root; exit 1; }
