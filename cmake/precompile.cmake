# Saves time when the whole tree is compiled several times, for sanitizers and checks, because compilers spend most of it on headers that every file
# includes. Not used with a compiler cache, for which every file would be new whenever one of them changes. `./dev build` compiles each file
# separately without precompiled headers, so a missing #include is found.
option(GOPHERCAP_PRECOMPILE "Precompile the headers that everything includes; g++ gains nothing by it" OFF)
set(GOPHERCAP_BATCHES "" CACHE STRING "Targets (library, test) whose sources are compiled several at once")
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(GOPHERCAP_PRECOMPILE OFF)
  set(GOPHERCAP_BATCHES "")
endif()

# gophercap_precompile(KIND TARGET HEADER...): all targets of a kind share the precompiled headers of the first one.
function(gophercap_precompile kind target)
  gophercap_batch(${kind} ${target})
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

# cmake/batches.py determines which sources may share a batch each time that CMake configures.
function(gophercap_batch kind target)
  if(NOT kind IN_LIST GOPHERCAP_BATCHES)
    return()
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  get_target_property(sources ${target} SOURCES)
  execute_process(COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/batches.py ${sources}
    OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" lines "${lines}")
  foreach(line ${lines})
    string(REGEX MATCH "^([0-9]+) (.*)$" line "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP ${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP
    UNITY_BUILD_CODE_BEFORE_INCLUDE "// NOLINTNEXTLINE(bugprone-suspicious-include)")
endfunction()
