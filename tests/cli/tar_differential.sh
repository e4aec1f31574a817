#!/usr/bin/env bash
# Some of the generated tarballs of tests/tar/compare.py, extracted by gophercap and by GNU tar (and by bsdtar if it is
# installed).
. "$(dirname "$0")/common.inc"
status=0
python3 -B "$SOURCE_DIR/tests/tar/compare.py" "$GOPHERCAP" --count 25 --first 5000 >found || status=$?
cat found
[[ $status -eq 0 ]]
