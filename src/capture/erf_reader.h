// The parser of ERF files.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/parser.h"
#include "capture/record_buffer.h"

namespace gophercap::capture {

// Do the bytes at the buffer's front look like that format? Nothing is consumed.
bool is_erf(RecordBuffer& buffer);  // reads as far as it needs to judge

// Reads the format's header from state.buffer, which stands at the file's beginning.
Result<std::unique_ptr<Parser>> open_erf(ReaderState& state);

}  // namespace gophercap::capture
