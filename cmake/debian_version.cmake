# Converts the version so that Debian sorts it correctly: "v1.2.3" -> 1.2.3-1, "1.3.0-rc1" -> 1.3.0~rc1-1 (before 1.3.0),
# "1.2.3-5-gabc" (git describe) -> 1.2.3+5+gabc-1. A version that does not begin with a number ("development") sorts before
# every release: 0~development-1.
function(debian_version version result)
  string(REGEX REPLACE "^v([0-9])" "\\1" version "${version}")
  string(REGEX REPLACE "-(alpha|beta|pre|rc)" "~\\1" version "${version}")
  string(REGEX REPLACE "[^A-Za-z0-9.+~]" "+" version "${version}")
  if(NOT version MATCHES "^[0-9]")
    string(PREPEND version "0~")
  endif()
  set(${result} "${version}" PARENT_SCOPE)
endfunction()
