// The parser behind read_dump(), which spares it a copy of the text.
#pragma once

#include <cstddef>
#include <string>

#include "dataset/dump/dump.h"

namespace gophercap::dataset {

// Bytes behind the text that the JSON parser may look at (and ignores).
inline constexpr size_t kDumpPadding = 64;

// REQUIRES: json.capacity() >= json.size() + kDumpPadding.
Result<Dump> dump_from_padded_json(const std::string& json);

}  // namespace gophercap::dataset
