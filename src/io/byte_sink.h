// ByteSink writes bytes in order to a file or a pipe, possibly compressed. Everything that writes
// captures writes to a ByteSink.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace gophercap::io {

// Not thread-safe: only one writer at a time, but different threads may take turns. If a sink is
// destroyed without commit(), bytes that are not published yet never appear.
class ByteSink {
 public:
  virtual ~ByteSink() = default;

  // Writes all of `bytes`, or fails (kNoSpace, kPermission, kIo, kCancelled, …) with name() in the
  // error. After a failure every later call fails too, including commit(), so that an output with a
  // hole is never completed. Since bytes may be held back, an error may concern bytes of an earlier
  // call.
  virtual Result<> write(std::span<const uint8_t> bytes) = 0;
  // Call once, at the end. Writes out everything and makes a file appear under its name.
  virtual Result<> commit() = 0;

  // The path as given, or "standard output", for messages.
  virtual const std::string& name() const noexcept = 0;
  // How many of the written bytes, counted from the first one, others can already read, whatever
  // happens next. For a pipe or a device these are the bytes that the system has accepted; for a
  // file there are none before commit(). With compression, uncompressed bytes are counted.
  virtual uint64_t published_bytes() const noexcept = 0;
};

}  // namespace gophercap::io
