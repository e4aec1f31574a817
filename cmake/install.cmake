include(GNUInstallDirs)
install(TARGETS gophercap RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# The original is called gopherCap; scripts that call it keep working.
install(CODE "
  file(CREATE_LINK gophercap \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/gopherCap SYMBOLIC)")
