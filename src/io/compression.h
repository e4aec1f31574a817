// The compressions of inputs, and the file name extensions that stand for them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/words.h"

namespace gophercap::io {

enum class Compression : uint8_t { kNone, kGzip, kZstd, kLz4, kXz, kBzip2 };

// As used in dumps.
constexpr auto words_of(Compression) noexcept {
  return std::to_array<Word<Compression>>({{Compression::kNone, "none"},
                                           {Compression::kGzip, "gzip"},
                                           {Compression::kZstd, "zstd"},
                                           {Compression::kLz4, "lz4"},
                                           {Compression::kXz, "xz"},
                                           {Compression::kBzip2, "bzip2"}});
}

// The usual file name extension: "", ".gz", ".zst", …
std::string_view suffix_of(Compression compression) noexcept;

// Returns the extension that stands for a compression, in any case (".GZ" for "x.pcap.GZ"), or an
// empty text. Inputs are recognized by their content, never by this.
std::string_view compression_ending(std::string_view name) noexcept;
// Returns the compression that the extension stands for. ".bgz" is gzip too.
Compression compression_of_name(std::string_view name) noexcept;

}  // namespace gophercap::io
