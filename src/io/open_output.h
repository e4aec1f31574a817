// Opens an output: a file that appears when it is complete, a pipe, a device, or standard output,
// optionally compressed.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "io/byte_sink.h"
#include "io/compress/block_compressor.h"
#include "io/file/new_file.h"

namespace gophercap::io {

struct OutputOptions {
  Sync sync = Sync::kNo;
  std::stop_token stop{};  // see AtomicFile::create()
  Compression compression = Compression::kNone;
  CompressionLevel level{};
  unsigned workers = 1;  // compressing threads
};

// "-" is standard output. REQUIRES: compression is kNone, or can_compress(compression).
Result<std::unique_ptr<ByteSink>> open_output(const std::string& path,
                                              const OutputOptions& options = {});

}  // namespace gophercap::io
