// The parser of ERF files.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/parser.h"
#include "capture/record_buffer.h"

namespace gophercap::capture {

// Returns whether the bytes at the front of the buffer look like this format. Consumes nothing.
bool is_erf(RecordBuffer& buffer);  // reads as much as it needs

// Reads the header from state.buffer, which is at the beginning of the file.
Result<std::unique_ptr<Parser>> open_erf(ReaderState& state);

}  // namespace gophercap::capture
