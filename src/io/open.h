// Opens an input with the codec for its compression, which is recognized by content, never by name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/compression.h"
#include "io/file/open_file.h"

struct stat;

namespace gophercap::io {

class DecodePool;
class FdCache;
class PausableSource;

// Recognizes the compression by the first bytes (at least 6 if the input has them). A skippable
// frame of zstd or lz4 counts.
Compression probe_compression(std::span<const uint8_t> first_bytes) noexcept;

struct FileFacts {
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;  // since 1970
  uint64_t inode = 0;
  uint64_t device = 0;
  bool regular = false;  // false for stdin, a pipe or a device; the other fields are meaningless
                         // then
};

// Returns FileFacts::mtime_ns of a file. Years that do not fit into 64-bit nanoseconds wrap around,
// which is still good enough to detect that a file has changed.
int64_t mtime_ns_of(const struct stat& status) noexcept;

struct Input {
  std::unique_ptr<ByteSource> source;  // plain bytes
  Compression compression = Compression::kNone;
  FileFacts facts;
  // The source, or the one it reads from, if its decoder can be paused; otherwise null.
  PausableSource* pausable = nullptr;
};

// What an input shares with the job that reads it. REQUIRES: `fds` and `pool` outlive the source.
struct InputOptions {
  // Limits the number of descriptors: the source returns its descriptor to the cache between reads
  // and reopens the file if needed (kIo if the file was replaced meanwhile). Null: the source keeps
  // its descriptor.
  FdCache* fds = nullptr;
  // Helpers that decompress ahead of the reader if the format allows it. The bytes and the fault do
  // not depend on their number.
  DecodePool* pool = nullptr;
  // When a stop is requested, reading fails with kCancelled, soon even if much has to be decoded
  // before the next byte.
  std::stop_token stop{};
  // Limits the number of plain bytes read; 0: no limit.
  uint64_t most_bytes = 0;
  // kTrusted is for files whose contents are trusted; it cannot be combined with `fds`.
  Owners owners = Owners::kAnyone;
};

// "-" is standard input.
Result<Input> open_input(const std::string& path, const InputOptions& options = {});

// Wraps `raw` with the codec that its first bytes indicate. Nested compression is not decoded.
// `checkpoints`, if not null, receives the places from which decode_from() can start; only gzip,
// zstd and lz4 have them. REQUIRES: `pool` and `checkpoints` outlive the source.
Result<Input> decode(std::unique_ptr<ByteSource> raw, DecodePool* pool = nullptr,
                     CheckpointSink* checkpoints = nullptr);

// Decodes a compressed input from a checkpoint on. `raw` begins at its stored_offset, which for
// plain input is its plain_offset. `checkpoints` is as in decode(); its offsets count from there.
Result<std::unique_ptr<ByteSource>> decode_from(Checkpoint checkpoint, Compression compression,
                                                std::unique_ptr<ByteSource> raw,
                                                DecodePool* pool = nullptr,
                                                CheckpointSink* checkpoints = nullptr);

}  // namespace gophercap::io
