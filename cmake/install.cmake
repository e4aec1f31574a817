include(GNUInstallDirs)
install(TARGETS gophercap RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# The original is called gopherCap; scripts that call it keep working.
install(CODE "
  file(CREATE_LINK gophercap \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/gopherCap SYMBOLIC)")

# Man page and completions come out of the program's own table of options, so they can't differ from it.
function(install_generated file)
  get_filename_component(folder ${file} DIRECTORY)
  install(CODE "
    set(folder \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder})
    file(MAKE_DIRECTORY \${folder})
    execute_process(COMMAND $<TARGET_FILE:gophercap> ${ARGN} OUTPUT_FILE \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${file}
      COMMAND_ERROR_IS_FATAL ANY)")
endfunction()
install_generated(${CMAKE_INSTALL_MANDIR}/man1/gophercap.1 man)
install_generated(${CMAKE_INSTALL_DATADIR}/bash-completion/completions/gophercap completion bash)
install_generated(${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions/_gophercap completion zsh)
install_generated(${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d/gophercap.fish completion fish)
