#include <cstdint>
#include <utility>

#include "decode_fuzz.h"
#include "io/codec/zstd_source.h"

// A large window would look like a leak to the fuzzer.
constexpr int kWindowLog = 20;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return gophercap::fuzz::decode_in_pieces(data, size, [](auto raw) {
    return gophercap::io::make_zstd_source(std::move(raw), kWindowLog);
  });
}
