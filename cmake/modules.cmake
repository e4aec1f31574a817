# The house: module = folder = namespace = static library. LEVEL gives the direction: a module includes only modules
# of a lower level that its DEPS name. tests/check_includes.py reads this table and holds every #include against it
# (a header-only breach links fine, so the linker can't see it).
set(precompiled <algorithm> <array> <atomic> <chrono> <functional> <memory> <optional> <span> <string>
  <string_view> <vector> <fmt/format.h> <tl/expected.hpp>)
function(gophercap_module name)
  cmake_parse_arguments(M "" "LEVEL" "DEPS;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  add_library(gophercap_${name} STATIC ${sources})
  set_target_properties(gophercap_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(gophercap_${name} PUBLIC gophercap_options ${M_LINK})
  foreach(dep ${M_DEPS})
    target_link_libraries(gophercap_${name} PUBLIC gophercap_${dep})
  endforeach()
  gophercap_precompile(library gophercap_${name} ${precompiled})
  set_property(GLOBAL APPEND PROPERTY GOPHERCAP_MODULES ${name})
endfunction()

gophercap_module(base     LEVEL 0 LINK fmt::fmt tl::expected)
gophercap_module(io       LEVEL 1 DEPS base LINK PkgConfig::ISAL PkgConfig::ZSTD PkgConfig::LZ4 LibLZMA::LibLZMA BZip2::BZip2)
gophercap_module(packet   LEVEL 1 DEPS base LINK PkgConfig::PCAP)
gophercap_module(capture  LEVEL 2 DEPS base io packet)
gophercap_module(transmit LEVEL 2 DEPS base packet)
gophercap_module(dataset  LEVEL 3 DEPS base io packet capture LINK simdjson::simdjson nlohmann_json::nlohmann_json PkgConfig::RE2)
gophercap_module(replay   LEVEL 4 DEPS base io packet capture transmit dataset LINK nlohmann_json::nlohmann_json)
gophercap_module(jobs     LEVEL 5 DEPS base io packet capture transmit dataset replay)
gophercap_module(cli      LEVEL 6 DEPS base io packet capture transmit dataset replay jobs LINK yaml-cpp nlohmann_json::nlohmann_json)
target_compile_definitions(gophercap_cli PRIVATE GOPHERCAP_VERSION="${GOPHERCAP_VERSION}")
