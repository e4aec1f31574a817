// ByteSink: bytes in order, to a file, a pipe, or through a compression. Everything that writes
// captures writes to it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace gophercap::io {

// Not thread-safe: one writer at a time. A sink may be moved between threads between calls.
// Destroyed without commit(): what is not published never appears.
class ByteSink {
 public:
  virtual ~ByteSink() = default;

  // Takes all of `bytes`, or fails (kNoSpace, kPermission, kIo, kCancelled, …) with name() in
  // front. After a failure every later call fails too, commit() included: nothing with a hole is
  // ever completed. An error may belong to bytes of an earlier call that were held back.
  virtual Result<> write(std::span<const uint8_t> bytes) = 0;
  // Once, at the end: everything that was written goes out, and a file appears under its name.
  virtual Result<> commit() = 0;

  // For messages: the path as given, or "standard output".
  virtual const std::string& name() const noexcept = 0;
  // How many bytes of those written, from the first one on, others can read whatever follows: of a
  // pipe or a device those that the system has taken, of a file none before commit(). A
  // compression counts plain bytes.
  virtual uint64_t published_bytes() const noexcept = 0;
};

}  // namespace gophercap::io
