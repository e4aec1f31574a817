#!/usr/bin/env bash
# Every version that can be built has a form that Debian accepts, and versions sort in release
# order.
. "$(dirname "$0")/../cli/common.inc"

command -v dpkg >/dev/null || skip "dpkg is missing"
cat >version.cmake <<CMAKE
include($SOURCE_DIR/cmake/debian_version.cmake)
foreach(version development v0.9.0 1.2.3-alpha1 v1.2.3-rc1 v1.2.3 v1.2.3-5-gabc1234 1.2.3-5-gabc1234-dirty v1.2.4 v1.10)
  debian_version(\${version} debian)
  message(\${debian})
endforeach()
CMAKE
cmake -P version.cmake 2>versions
[[ $(paste -sd' ' versions) == "0~development 0.9.0 1.2.3~alpha1 1.2.3~rc1 1.2.3 1.2.3+5+gabc1234 1.2.3+5+gabc1234+dirty 1.2.4 1.10" ]] ||
  { cat versions; exit 1; }
before=
while read -r version; do
  dpkg --validate-version "$version-1"
  [[ -z $before ]] || dpkg --compare-versions "$before-1" lt "$version-1" || { echo "$version sorts before $before"; exit 1; }
  before=$version
done <versions
