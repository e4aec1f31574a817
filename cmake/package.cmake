# cpack -G DEB makes one package for Debian with what `cmake --install` installs and the files that Debian policy
# requires (cmake/debian_files.cmake). `cpack -D CPACK_DEBIAN_PACKAGE_MAINTAINER=...` sets the maintainer.
include(cmake/debian_version.cmake)
debian_version("${GOPHERCAP_VERSION}" CPACK_PACKAGE_VERSION)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME gophercap)
set(CPACK_PACKAGE_VENDOR gophercap)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "maps and replays datasets of packet captures as they happened")
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian_files.cmake)
# The package does not depend on the umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "gophercap maintainers <maintainers@gophercap.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Names of ports and protocols in filter expressions.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS netbase)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"gophercap puts a whole dataset of packet captures back on an interface:
every packet at its own time relative to the whole set, in order, bursts
kept, from any number of files that overlap in time. It is made to exercise
network sensors with traffic as it was.
.
It reads pcap (all common variants), pcapng, snoop and ERF, each plain or in
gzip, zstd, lz4, xz or bzip2, keeps what is readable of damaged files, and
accounts for every packet. Command lines, configuration and dumps of the
GopherCap tool keep working.")
include(CPack)
