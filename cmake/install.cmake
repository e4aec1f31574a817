include(GNUInstallDirs)
install(TARGETS gophercap RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# Files that are generated at installation are first written to the build folder and then installed like any other file,
# because file(INSTALL) handles DESTDIR, the prefix (cpack sets another one), and permissions independent of the umask.
set(generated ${CMAKE_BINARY_DIR}/install)
file(MAKE_DIRECTORY ${generated})
function(install_generated folder name)
  install(DIRECTORY DESTINATION ${folder})
  install(CODE "
    execute_process(COMMAND $<TARGET_FILE:gophercap> ${ARGN} OUTPUT_FILE ${generated}/${name} COMMAND_ERROR_IS_FATAL ANY)
    file(INSTALL DESTINATION \${CMAKE_INSTALL_PREFIX}/${folder} TYPE FILE FILES ${generated}/${name})")
endfunction()
function(install_link folder name target)
  file(CREATE_LINK ${target} ${generated}/${name} SYMBOLIC)
  install(FILES ${generated}/${name} DESTINATION ${folder})
endfunction()

# The program generates man page and completions from its table of options, so they cannot differ from
# it.
install_generated(${CMAKE_INSTALL_MANDIR}/man1 gophercap.1 man)
install_generated(${CMAKE_INSTALL_DATADIR}/bash-completion/completions gophercap completion bash)
install_generated(${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions _gophercap completion zsh)
install_generated(${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d gophercap.fish completion fish)

# The original is called gopherCap; scripts that use this name keep working.
install_link(${CMAKE_INSTALL_BINDIR} gopherCap gophercap)
install_link(${CMAKE_INSTALL_MANDIR}/man1 gopherCap.1 gophercap.1)
