// Opens an input and puts the codec in front of it that its first bytes ask for. By content, never
// by name.
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

// What the first bytes (at least 6 where the input has them) announce. A zstd or lz4 skippable
// frame counts.
Compression probe_compression(std::span<const uint8_t> first_bytes) noexcept;

struct FileFacts {
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;  // since 1970
  uint64_t inode = 0;
  uint64_t device = 0;
  bool regular = false;  // false: stdin, pipe, device; the other facts mean nothing then
};

// FileFacts::mtime_ns of a file. File systems hold years that nanoseconds in 64 bits do not: these
// wrap, which is as good for telling whether a file has changed.
int64_t mtime_ns_of(const struct stat& status) noexcept;

struct Input {
  std::unique_ptr<ByteSource> source;  // plain bytes
  Compression compression = Compression::kNone;
  FileFacts facts;
  // The source, or what it reads from, where its decoder can be closed for a while; else null.
  PausableSource* pausable = nullptr;
};

// What an input shares with the job that reads it. REQUIRES: both outlive the source.
struct InputOptions {
  // Bounds descriptors: the source gives its descriptor back to the cache between reads and opens
  // again at its offset (fails with kIo if the file has been replaced meanwhile). Null: it holds
  // one.
  FdCache* fds = nullptr;
  // Helpers that decompress ahead of the reader where the format can be cut; the bytes and the
  // fault are the same with any number of them, and without.
  DecodePool* pool = nullptr;
  // Once it is asked for, reading fails with kCancelled, soon even where much has to be decoded
  // before there is a byte.
  std::stop_token stop{};
  // Of the plain bytes no more than these are read; 0: all of them.
  uint64_t most_bytes = 0;
  // kTrusted: for what is believed, without `fds`.
  Owners owners = Owners::kAnyone;
};

// "-" is standard input.
Result<Input> open_input(const std::string& path, const InputOptions& options = {});

// Puts the codec in front of `raw` that its first bytes ask for. Nested compression is not
// followed. `checkpoints`, where given, is told of the places at which decode_from() may begin, as
// far as the format has any: gzip, zstd and lz4. REQUIRES: both outlive the source.
Result<Input> decode(std::unique_ptr<ByteSource> raw, DecodePool* pool = nullptr,
                     CheckpointSink* checkpoints = nullptr);

// The bytes of a compressed input from a checkpoint on. `raw` begins at its stored_offset; for
// plain input that is its plain_offset. `checkpoints` as in decode(), by offsets from there.
Result<std::unique_ptr<ByteSource>> decode_from(Checkpoint checkpoint, Compression compression,
                                                std::unique_ptr<ByteSource> raw,
                                                DecodePool* pool = nullptr,
                                                CheckpointSink* checkpoints = nullptr);

}  // namespace gophercap::io
