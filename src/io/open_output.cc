#include "io/open_output.h"

#include <utility>

#include "io/compress/compressing_sink.h"
#include "io/file/atomic_file.h"

namespace gophercap::io {

Result<std::unique_ptr<ByteSink>> open_output(const std::string& path,
                                              const OutputOptions& options) {
  TRY(AtomicFile file, AtomicFile::create(path, options.sync, options.stop));
  auto sink = std::make_unique<AtomicFile>(std::move(file));
  if (options.compression == Compression::kNone) return std::unique_ptr<ByteSink>(std::move(sink));
  Result<std::unique_ptr<ByteSink>> compressing =
      make_compressing_sink(std::move(sink), options.compression, options.level, options.workers);
  if (!compressing) return compressing.error().with_context(path);
  return compressing;
}

}  // namespace gophercap::io
