# Warnings are set on one INTERFACE target. They are errors only in ./dev check, never in an ordinary
# build.
add_library(gophercap_options INTERFACE)
target_compile_options(gophercap_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(gophercap_options INTERFACE -Wthread-safety)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 warns about overlapping copies in std::string's operator+ when it optimizes (GCC bug
  # 105651).
  target_compile_options(gophercap_options INTERFACE -Wno-restrict)
endif()
if(GOPHERCAP_WERROR)
  target_compile_options(gophercap_options INTERFACE -Werror)
endif()
target_include_directories(gophercap_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(gophercap_options INTERFACE Threads::Threads)
# libre2 adds -pthread. Precompiled headers can only be shared by targets that all have it.
target_compile_options(gophercap_options INTERFACE -pthread)
