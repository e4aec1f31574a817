// The parser of read_dump(). It works on the text without copying it.
#pragma once

#include <cstddef>
#include <string>

#include "dataset/dump/dump.h"

namespace gophercap::dataset {

// Bytes after the text that the JSON parser may read (and ignores).
inline constexpr size_t kDumpPadding = 64;

// REQUIRES: json.capacity() >= json.size() + kDumpPadding.
Result<Dump> dump_from_padded_json(const std::string& json);

}  // namespace gophercap::dataset
