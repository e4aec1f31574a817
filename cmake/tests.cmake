# Unit tests are beside the code as *_test.cc. They are globbed, because a list would become incomplete. There is one test program per module.
find_package(GTest REQUIRED)
include(GoogleTest)

# Helpers that only tests link.
file(GLOB_RECURSE testing_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/testing/*.cc)
add_library(gophercap_testing STATIC ${testing_sources})
target_link_libraries(gophercap_testing PUBLIC gophercap_jobs GTest::gtest)
set_target_properties(gophercap_testing PROPERTIES LINKER_LANGUAGE CXX)

# Test files are not optimized: compiling would take twice as long, and most of the time is spent in the library.
set(GOPHERCAP_TEST_FLAGS "" CACHE STRING "Compiler flags of the *_test.cc files, behind all others")
separate_arguments(test_flags UNIX_COMMAND "${GOPHERCAP_TEST_FLAGS}")
target_compile_options(gophercap_testing PRIVATE ${test_flags})
gophercap_batch(test gophercap_testing)

# The result of each case is written to test-results/ (tests/count.py). With 0, each case is a separate test of ctest, in its own process.
set(GOPHERCAP_TEST_SHARDS 0 CACHE STRING "Processes that share a module's unit tests; 0: one for each case")
function(gophercap_unit_tests module)
  if(GOPHERCAP_TEST_SHARDS EQUAL 0)
    gtest_discover_tests(${module}_test TEST_PREFIX ${module}. PROPERTIES LABELS unit TIMEOUT 240 DISCOVERY_TIMEOUT 60)
    return()
  endif()
  math(EXPR last "${GOPHERCAP_TEST_SHARDS} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME ${module}.shard_${shard} COMMAND ${module}_test)
    set(name ${module}.shard_${shard})
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 900 ENVIRONMENT
      "GTEST_TOTAL_SHARDS=${GOPHERCAP_TEST_SHARDS};GTEST_SHARD_INDEX=${shard};GTEST_OUTPUT=xml:${CMAKE_BINARY_DIR}/test-results/${name}.xml")
  endforeach()
endfunction()

get_property(modules GLOBAL PROPERTY GOPHERCAP_MODULES)
foreach(module ${modules})
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${module}/*_test.cc)
  if(tests)
    add_executable(${module}_test ${tests})
    target_link_libraries(${module}_test PRIVATE gophercap_${module} gophercap_testing GTest::gtest_main)
    target_compile_options(${module}_test PRIVATE ${test_flags})
    gophercap_precompile(test ${module}_test ${precompiled} <gtest/gtest.h>)
    gophercap_unit_tests(${module})
  endif()
endforeach()

# Command-line tests: one behaviour per file, the real binary, exit 77 means skipped. Those in `net` have the label timing and run alone, since they
# depend on the clock, send as fast as the machine can, or act at a certain moment of a replay. A few of them only check what has arrived in the end,
# and run beside others.
set(untimed choices dry_run fcs from_dump goes_down interface_down interrupt interrupt_in_loop link_type loops merged_order mtu_hint
  mtu_too_small no_capability no_carrier report_disk_full rewrite second_interrupt terminate unknown_interface vlan)
find_program(BASH bash REQUIRED)
set(labels_cli cli)
set(labels_net "net;timing")
set(labels_package package)
foreach(kind cli net package)
  file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${kind}/*.sh)
  foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    # With sanitizers, processes are not confined.
    if(name STREQUAL confined AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
      continue()
    endif()
    add_test(NAME ${kind}.${name} COMMAND ${BASH} ${script})
    set(labels ${labels_${kind}})
    if(kind STREQUAL net AND name IN_LIST untimed)
      list(REMOVE_ITEM labels timing)
    endif()
    set_tests_properties(${kind}.${name} PROPERTIES LABELS "${labels}" SKIP_RETURN_CODE 77 TIMEOUT 240
      ENVIRONMENT "GOPHERCAP=$<TARGET_FILE:gophercap>;BUILD_DIR=${CMAKE_BINARY_DIR};SOURCE_DIR=${PROJECT_SOURCE_DIR}")
  endforeach()
endforeach()
# These install from the build folder and write generated files there.
set_tests_properties(cli.install package.deb package.pkgbuild PROPERTIES RESOURCE_LOCK install)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
# Compare results for real captures (in the folder GOPHERCAP_CORPUS) with those of other tools; 77: there are no captures.
file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/corpus/*.py)
foreach(script ${scripts})
  get_filename_component(name ${script} NAME_WE)
  add_test(NAME corpus.${name} COMMAND ${Python3_EXECUTABLE} ${script})
  set_tests_properties(corpus.${name} PROPERTIES LABELS corpus SKIP_RETURN_CODE 77 TIMEOUT 240
    ENVIRONMENT "GOPHERCAP=$<TARGET_FILE:gophercap>;PRINT_LAYERS=$<TARGET_FILE:print_layers>")
endforeach()
# For a test, since no command prints what packet/layers.h finds.
add_executable(print_layers ${PROJECT_SOURCE_DIR}/tests/corpus/print_layers.cc)
target_link_libraries(print_layers PRIVATE gophercap_capture)
add_test(NAME house.tools COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/house_test.py ${PROJECT_SOURCE_DIR})
add_test(NAME house.includes COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/check_includes.py ${PROJECT_SOURCE_DIR})
add_test(NAME house.headers COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/check_headers.py ${PROJECT_SOURCE_DIR})
add_test(NAME house.std_includes COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/check_std_includes.py ${PROJECT_SOURCE_DIR})
add_test(NAME house.sizes COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/check_sizes.py ${PROJECT_SOURCE_DIR})
add_test(NAME house.all_run COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/check_all_run.py ${PROJECT_SOURCE_DIR} ${CMAKE_BINARY_DIR})

# Runs commands while one of their system calls fails; a sample, of which `./dev faults` runs all. The library that does so is preloaded and compiled
# without sanitizers, which define the same functions. With sanitizers no allocation fails, because their functions take precedence.
file(GLOB shim_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/faults/*.cc)
add_library(faults_shim MODULE ${shim_sources})
set_target_properties(faults_shim PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
target_compile_options(faults_shim PRIVATE -Wall -Wextra -Wshadow -fno-exceptions -fno-sanitize=all -O1)
target_link_options(faults_shim PRIVATE -fno-sanitize=all)
target_link_libraries(faults_shim PRIVATE ${CMAKE_DL_LIBS})
set(fault_seconds 20)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  set(fault_seconds 15)
endif()
add_test(NAME faults.sample COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/faults/run.py --gophercap $<TARGET_FILE:gophercap>
  --shim $<TARGET_FILE:faults_shim> --seconds ${fault_seconds})
set_tests_properties(faults.sample PROPERTIES LABELS faults SKIP_RETURN_CODE 77 TIMEOUT 240 PROCESSORS 2)

# The demo is also a test: it fails if the wrong packets arrive. 77: there are no network namespaces.
if(GOPHERCAP_BENCH)
  add_test(NAME demo.run COMMAND ${BASH} ${PROJECT_SOURCE_DIR}/demo/run ${CMAKE_BINARY_DIR})
  set_tests_properties(demo.run PROPERTIES LABELS timing SKIP_RETURN_CODE 77 TIMEOUT 240)
endif()
