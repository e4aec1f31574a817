# Line coverage of the library, measured by clang. The counters are part of the build with AddressSanitizer, where they cost a tenth of the time. Test
# code has none, so it does not count. Each program adds its counters to a file when it ends.
option(GOPHERCAP_COVERAGE "Count the lines of the library that run (clang only)" OFF)

function(gophercap_cover target)
  if(GOPHERCAP_COVERAGE)
    set(flag -fprofile-instr-generate=${CMAKE_BINARY_DIR}/coverage/%2m.profraw)
    target_compile_options(${target} PRIVATE ${flag} -fcoverage-mapping)
    target_link_options(${target} PUBLIC ${flag})
  endif()
endfunction()
