// Compressed bytes for tests, made by the libraries themselves. Each call gives one frame (member,
// stream) with every checksum that the format has.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/open.h"

namespace gophercap::testing {

std::vector<uint8_t> compress(io::Compression format, std::span<const uint8_t> plain);

// A raw deflate stream. Where `flush_every` is not 0 it has an empty stored block after each so
// many bytes.
std::vector<uint8_t> deflate(std::span<const uint8_t> plain, size_t flush_every = 0);
// The 8 bytes behind a gzip member's deflate stream.
std::vector<uint8_t> gzip_trailer(std::span<const uint8_t> plain);

}  // namespace gophercap::testing
