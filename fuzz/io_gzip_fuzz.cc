#include <cstdint>
#include <utility>

#include "decode_fuzz.h"
#include "io/codec/gzip_source.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return gophercap::fuzz::decode_in_pieces(
      data, size, [](auto raw) { return gophercap::io::make_gzip_source(std::move(raw)); });
}
