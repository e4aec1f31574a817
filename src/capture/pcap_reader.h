// The parser of pcap files with microseconds or nanoseconds, and of their variants.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/parser.h"
#include "capture/record_buffer.h"

namespace gophercap::capture {

// Returns whether the bytes at the front of the buffer look like this format. Consumes nothing.
bool is_pcap(const RecordBuffer& buffer) noexcept;

// Reads the header from state.buffer, which is at the beginning of the file.
Result<std::unique_ptr<Parser>> open_pcap(ReaderState& state);

}  // namespace gophercap::capture
