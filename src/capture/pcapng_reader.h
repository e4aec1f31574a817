// The parser of pcapng files.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/parser.h"
#include "capture/record_buffer.h"

namespace gophercap::capture {

// Do the bytes at the buffer's front look like that format? Nothing is consumed.
bool is_pcapng(const RecordBuffer& buffer) noexcept;

// Reads the format's header from state.buffer, which stands at the file's beginning.
Result<std::unique_ptr<Parser>> open_pcapng(ReaderState& state);

}  // namespace gophercap::capture
