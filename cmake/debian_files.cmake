# Run by cpack on the staged tree before the package is made: adds files that Debian's policy requires and other systems
# do not need.
set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
set(doc ${share}/doc/${CPACK_PACKAGE_NAME})
get_filename_component(source ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
set(readable OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(MAKE_DIRECTORY ${doc} ${share}/lintian/overrides)

file(COPY_FILE ${source}/packaging/debian/copyright ${doc}/copyright)

# Uses the date of the commit, so that the same source gives the same package; without a repository, the present date (or SOURCE_DATE_EPOCH, which
# TIMESTAMP observes).
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND git -C ${source} log -1 --format=%ct OUTPUT_VARIABLE commit_time OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE failed ERROR_QUIET)
  if(NOT failed)
    set(ENV{SOURCE_DATE_EPOCH} ${commit_time})
  endif()
endif()
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/changelog.Debian
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Built from the source tree by cpack; its changes are in changelog.gz.

 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}
")
file(COPY_FILE ${source}/CHANGELOG.md ${doc}/changelog)
file(COPY_FILE ${source}/packaging/debian/lintian-overrides ${share}/lintian/overrides/${CPACK_PACKAGE_NAME})
file(CHMOD ${doc}/copyright ${share}/lintian/overrides/${CPACK_PACKAGE_NAME} PERMISSIONS ${readable})

# -n: the result contains neither name nor time.
file(GLOB pages ${share}/man/man*/*)
foreach(file ${doc}/changelog.Debian ${doc}/changelog ${pages})
  if(IS_SYMLINK ${file})
    file(READ_SYMLINK ${file} target)
    file(REMOVE ${file})
    file(CREATE_LINK ${target}.gz ${file}.gz SYMBOLIC)
  else()
    execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD ${file}.gz PERMISSIONS ${readable})
  endif()
endforeach()

# Files created by this script follow the umask; installed files do not.
file(GLOB_RECURSE entries LIST_DIRECTORIES true ${CPACK_TEMPORARY_DIRECTORY}/*)
foreach(entry ${entries})
  if(IS_DIRECTORY ${entry} AND NOT IS_SYMLINK ${entry})
    file(CHMOD ${entry} PERMISSIONS ${readable} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
  endif()
endforeach()
