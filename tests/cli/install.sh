#!/usr/bin/env bash
# `cmake --install` puts the program, its original name, the man page and the completions where the system looks for them.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
umask 077  # files that are for everybody stay so
DESTDIR=$work cmake --install "${BUILD_DIR:?}" --prefix /usr >"$work/log" || { cat "$work/log"; exit 1; }
cd "$work/usr"
[[ $(bin/gophercap version) == $(bin/gopherCap version) ]]
[[ $(readlink bin/gopherCap) == gophercap && $(readlink share/man/man1/gopherCap.1) == gophercap.1 ]]
head -n 3 share/man/man1/gophercap.1 | grep -q '^\.TH'
bash -n share/bash-completion/completions/gophercap
[[ -s share/zsh/vendor-completions/_gophercap && -s share/fish/vendor_completions.d/gophercap.fish ]]
[[ -z $(find . -type f ! -perm -o=r -print) ]] || { find . -ls; exit 1; }
