# Standard and test headers cost clang more time than our own lines, so its builds with sanitizers read them once: that
# takes about 40 % off their time. g++ gains nothing by it. Not with a compiler cache, which does the same better and would
# see every file as new. The other presets build without, so that a file that relies on this for an #include is found.
option(GOPHERCAP_PRECOMPILE "Precompile the headers that everything includes" OFF)
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(GOPHERCAP_PRECOMPILE OFF)
endif()

# All targets of one kind share what the first of them has precompiled.
function(gophercap_precompile kind target)
  if(NOT GOPHERCAP_PRECOMPILE)
    return()
  endif()
  get_property(first GLOBAL PROPERTY GOPHERCAP_PRECOMPILED_${kind})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
    set_property(GLOBAL PROPERTY GOPHERCAP_PRECOMPILED_${kind} ${target})
  endif()
endfunction()
