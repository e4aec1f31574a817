// The compressions that inputs have, and the endings of names that stand for them.
#pragma once

#include <cstdint>
#include <string_view>

namespace gophercap::io {

enum class Compression : uint8_t { kNone, kGzip, kZstd, kLz4, kXz, kBzip2 };

// "none", "gzip", "zstd", "lz4", "xz", "bzip2": the words of the dump.
std::string_view to_string(Compression compression) noexcept;

// The usual ending of a name: "", ".gz", ".zst", …
std::string_view suffix_of(Compression compression) noexcept;

// The ending of a name that stands for a compression, in any case: ".GZ" of "x.pcap.GZ"; empty if
// it has none. Inputs are told by their content and never by this.
std::string_view compression_ending(std::string_view name) noexcept;
// What that ending stands for. ".bgz" is gzip too.
Compression compression_of_name(std::string_view name) noexcept;

}  // namespace gophercap::io
