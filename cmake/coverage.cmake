# Line coverage of the library, by clang: its counters cost a tenth of the build with AddressSanitizer, which has them for that.
# Test code has none, so that what only tests call does not count. Each program adds its counters to a file when it ends.
option(GOPHERCAP_COVERAGE "Count the lines of the library that run (clang only)" OFF)

function(gophercap_cover target)
  if(GOPHERCAP_COVERAGE)
    set(flag -fprofile-instr-generate=${CMAKE_BINARY_DIR}/coverage/%2m.profraw)
    target_compile_options(${target} PRIVATE ${flag} -fcoverage-mapping)
    target_link_options(${target} PUBLIC ${flag})
  endif()
endfunction()
