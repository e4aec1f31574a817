// The parser of pcap files, of microseconds, nanoseconds and their variants.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/parser.h"
#include "capture/record_buffer.h"

namespace gophercap::capture {

// Do the bytes at the buffer's front look like that format? Nothing is consumed.
bool is_pcap(const RecordBuffer& buffer) noexcept;

// Reads the format's header from state.buffer, which stands at the file's beginning.
Result<std::unique_ptr<Parser>> open_pcap(ReaderState& state);

}  // namespace gophercap::capture
