# The house: module = folder of src/ = namespace = static library. Rooms are folders inside a module, as deep as one likes: they
# give files a place, and are no walls. LEVEL gives the direction: a module includes only modules
# of a lower level that its DEPS name. tests/check_includes.py reads this table and holds every #include against it
# (a header-only breach links fine, so the linker can't see it).
set(precompiled <algorithm> <array> <atomic> <chrono> <functional> <memory> <optional> <span> <string>
  <string_view> <vector> <fmt/format.h> <tl/expected.hpp>)
function(gophercap_module name)
  cmake_parse_arguments(M "" "LEVEL" "DEPS;LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  add_library(gophercap_${name} STATIC ${sources})
  set_target_properties(gophercap_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(gophercap_${name} PUBLIC gophercap_options ${M_LINK})
  foreach(dep ${M_DEPS})
    target_link_libraries(gophercap_${name} PUBLIC gophercap_${dep})
  endforeach()
  gophercap_precompile(library gophercap_${name} ${precompiled})
  gophercap_cover(gophercap_${name})
  set_property(GLOBAL APPEND PROPERTY GOPHERCAP_MODULES ${name})
endfunction()

gophercap_module(base     LEVEL 0 LINK fmt::fmt tl::expected)
gophercap_module(io       LEVEL 1 DEPS base LINK PkgConfig::ISAL PkgConfig::ZSTD PkgConfig::LZ4 PkgConfig::XXHASH PkgConfig::DEFLATE LibLZMA::LibLZMA BZip2::BZip2)
gophercap_module(confine  LEVEL 1 DEPS base LINK PkgConfig::SECCOMP PkgConfig::CAPNG)
gophercap_module(packet   LEVEL 1 DEPS base LINK PkgConfig::PCAP)
gophercap_module(capture  LEVEL 2 DEPS base io packet)
gophercap_module(transmit LEVEL 2 DEPS base packet confine)
gophercap_module(archive  LEVEL 2 DEPS base io LINK PkgConfig::ARCHIVE PkgConfig::SQLITE PkgConfig::XXHASH PkgConfig::ZSTD)
gophercap_module(rewrite  LEVEL 2 DEPS base packet)
gophercap_module(dataset  LEVEL 3 DEPS base io packet capture archive LINK simdjson::simdjson nlohmann_json::nlohmann_json PkgConfig::RE2)
gophercap_module(replay   LEVEL 4 DEPS base confine io packet capture transmit dataset LINK nlohmann_json::nlohmann_json)
gophercap_module(verify   LEVEL 5 DEPS base io packet capture transmit replay LINK nlohmann_json::nlohmann_json)
gophercap_module(jobs     LEVEL 6 DEPS base confine io packet capture transmit archive rewrite dataset replay verify LINK nlohmann_json::nlohmann_json)
gophercap_module(cli      LEVEL 7 DEPS base confine io packet capture transmit archive dataset replay verify jobs LINK yaml-cpp)
# As RE2 has done since 2023-06: that of Debian 13, not that of Debian 12.
if("absl_synchronization" IN_LIST RE2_LIBRARIES)
  target_compile_definitions(gophercap_dataset PRIVATE GOPHERCAP_RE2_USES_ABSEIL)
endif()
target_compile_definitions(gophercap_cli PRIVATE GOPHERCAP_VERSION="${GOPHERCAP_VERSION}")
# Such builds write files of their own when they end, which a confined process can't.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  target_compile_definitions(gophercap_confine PRIVATE GOPHERCAP_WRITES_AT_EXIT)
endif()
