// The compressions of inputs, and the file name extensions that stand for them.
#pragma once

#include <cstdint>
#include <string_view>

namespace gophercap::io {

enum class Compression : uint8_t { kNone, kGzip, kZstd, kLz4, kXz, kBzip2 };

// "none", "gzip", "zstd", "lz4", "xz", "bzip2", as used in dumps.
std::string_view to_string(Compression compression) noexcept;

// The usual file name extension: "", ".gz", ".zst", …
std::string_view suffix_of(Compression compression) noexcept;

// Returns the extension that stands for a compression, in any case (".GZ" for "x.pcap.GZ"), or an
// empty text. Inputs are recognized by their content, never by this.
std::string_view compression_ending(std::string_view name) noexcept;
// Returns the compression that the extension stands for. ".bgz" is gzip too.
Compression compression_of_name(std::string_view name) noexcept;

}  // namespace gophercap::io
