#include "io/compress/compressing_sink.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "io/compress/parallel_compressor.h"

namespace gophercap::io {
namespace {

class CompressingSink final : public ByteSink {
 public:
  CompressingSink(std::unique_ptr<ByteSink> below, std::unique_ptr<ParallelCompressor> compressor)
      : below_(std::move(below)), compressor_(std::move(compressor)) {
    compressor_->begin([this](std::span<const uint8_t> bytes) { return below_->write(bytes); });
  }
  ~CompressingSink() override {
    if (!finished_) compressor_->abandon();
  }

  Result<> write(std::span<const uint8_t> bytes) override {
    if (failure_) return *failure_;
    return keep(compressor_->append(bytes));
  }

  Result<> commit() override {
    if (failure_) return *failure_;
    TRY_VOID(keep(compressor_->finish()));
    finished_ = true;
    return keep(below_->commit());
  }

  const std::string& name() const noexcept override { return below_->name(); }
  // Blocks are written one after the other and completely, so each one written can be decompressed.
  uint64_t published_bytes() const noexcept override {
    return below_->published_bytes() > 0 ? compressor_->written_plain_bytes() : 0;
  }

 private:
  // Errors of the compressor do not include the name.
  Result<> keep(Result<> done) {
    if (done) return done;
    failure_ = done.error().with_context(name());
    return *failure_;
  }

  std::unique_ptr<ByteSink> below_;
  std::unique_ptr<ParallelCompressor> compressor_;
  std::optional<Error> failure_;
  bool finished_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSink>> make_compressing_sink(std::unique_ptr<ByteSink> below,
                                                        Compression compression,
                                                        const CompressionLevel& level,
                                                        unsigned workers) {
  TRY(std::unique_ptr<ParallelCompressor> compressor,
      ParallelCompressor::make(compression, level, workers));
  return std::unique_ptr<ByteSink>(
      std::make_unique<CompressingSink>(std::move(below), std::move(compressor)));
}

}  // namespace gophercap::io
