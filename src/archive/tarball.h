// Opens a tarball: a tar archive, plain or compressed by any supported codec, from a file or from
// "-".
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/open.h"

namespace gophercap::archive {

struct Tarball {
  std::string name;                        // the name used in messages
  std::unique_ptr<io::ByteSource> source;  // the decompressed archive
  io::Compression compression = io::Compression::kNone;
  io::FileFacts facts;
  // How many bytes of the file were read so far. A codec reads 128 KiB ahead, and more with
  // helpers.
  std::shared_ptr<const std::atomic<uint64_t>> bytes_read;
};

// `pool` has helpers for decompression; `checkpoints` is as in io::decode(). When a stop is
// requested through `stop`, reading fails with kCancelled. REQUIRES: `pool` and `checkpoints`
// outlive the source.
Result<Tarball> open_tarball(const std::string& path, io::DecodePool* pool = nullptr,
                             io::CheckpointSink* checkpoints = nullptr, std::stop_token stop = {});

// Returns whether the decompressed file begins like a tar archive.
Result<bool> holds_tar(const std::string& path);

}  // namespace gophercap::archive
