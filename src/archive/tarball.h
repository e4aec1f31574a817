// Opens a tarball: a tar archive, plain or in any codec that io knows, from a file or from "-".
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
  std::string name;                        // as messages call it
  std::unique_ptr<io::ByteSource> source;  // the bytes of the archive
  io::Compression compression = io::Compression::kNone;
  io::FileFacts facts;
  // Bytes of the file that were read up to now. A codec reads 128 KiB ahead, with helpers more.
  std::shared_ptr<const std::atomic<uint64_t>> bytes_read;
};

// `pool`: helpers for decompressing; `checkpoints`: as in io::decode(). REQUIRES: they outlive the
// source. Once `stop` is asked for, reading fails with kCancelled.
Result<Tarball> open_tarball(const std::string& path, io::DecodePool* pool = nullptr,
                             io::CheckpointSink* checkpoints = nullptr, std::stop_token stop = {});

// Whether the file begins as a tar archive does, once it is decompressed.
Result<bool> holds_tar(const std::string& path);

}  // namespace gophercap::archive
