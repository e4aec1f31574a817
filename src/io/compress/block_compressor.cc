#include "io/compress/block_compressor.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace gophercap::io {
namespace {

// The SAM/BAM specification, 4.1: each member contains its length, in two bytes.
constexpr size_t kGzipBlock = 0xff00;
constexpr size_t kHeader = 18;
constexpr size_t kTrailer = 8;
constexpr size_t kStoredHeader = 5;
constexpr size_t kLongestBody = 0x10000 - kHeader - kTrailer;
static_assert(kGzipBlock + kStoredHeader <= kLongestBody);

static_assert(kHeader == kBgzfHeader.size());

// Stores a block that does not get smaller.
size_t store(std::span<const uint8_t> plain, uint8_t* out) {
  out[0] = 1;
  store_le(out + 1, static_cast<uint16_t>(plain.size()));
  store_le(out + 3, static_cast<uint16_t>(~plain.size()));
  std::copy(plain.begin(), plain.end(), out + kStoredHeader);
  return kStoredHeader + plain.size();
}

// Deflates a whole block into `out`; returns 0 if it does not fit. ISA-L's own gzip header is not
// used, because version 2.30 writes it beyond its buffer.
class FastDeflate {
 public:
  FastDeflate() : work_(ISAL_DEF_LVL1_DEFAULT) { isal_deflate_stateless_init(&stream_); }

  size_t run(std::span<const uint8_t> plain, std::span<uint8_t> out) {
    isal_deflate_stateless_init(&stream_);
    stream_.level = 1;
    stream_.level_buf = work_.data();
    stream_.level_buf_size = static_cast<uint32_t>(work_.size());
    stream_.gzip_flag = IGZIP_DEFLATE;
    stream_.end_of_stream = 1;
    stream_.flush = NO_FLUSH;
    // The library only reads it.
    stream_.next_in = const_cast<uint8_t*>(plain.data());
    stream_.avail_in = static_cast<uint32_t>(plain.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uint32_t>(out.size());
    if (isal_deflate_stateless(&stream_) != COMP_OK || stream_.avail_in != 0) return 0;
    return stream_.total_out;
  }

 private:
  isal_zstream stream_;
  std::vector<uint8_t> work_;
};

struct FreeDeflate {
  void operator()(libdeflate_compressor* compressor) const noexcept {
    libdeflate_free_compressor(compressor);
  }
};
using Deflate = std::unique_ptr<libdeflate_compressor, FreeDeflate>;

class GzipBlockCompressor final : public BlockCompressor {
 public:
  // A null `deflate` means the fast one.
  explicit GzipBlockCompressor(Deflate deflate) : deflate_(std::move(deflate)) {
    if (deflate_ == nullptr) fast_ = std::make_unique<FastDeflate>();
  }

  size_t block_bytes() const noexcept override { return kGzipBlock; }
  size_t compressed_limit() const noexcept override { return 0x10000; }
  std::span<const uint8_t> end_mark() const noexcept override { return kBgzfEnd; }

  Result<size_t> compress(std::span<const uint8_t> plain, std::span<uint8_t> out) override {
    // One byte less than storing takes, so that everything that fits is an improvement.
    const std::span<uint8_t> room = out.subspan(kHeader, plain.size() + kStoredHeader - 1);
    size_t body = fast_ != nullptr
                      ? fast_->run(plain, room)
                      : libdeflate_deflate_compress(deflate_.get(), plain.data(), plain.size(),
                                                    room.data(), room.size());
    if (body == 0) body = store(plain, out.data() + kHeader);
    std::copy(kBgzfHeader.begin(), kBgzfHeader.end(), out.data());
    const size_t size = kHeader + body + kTrailer;
    store_le(out.data() + kHeader - 2, static_cast<uint16_t>(size - 1));
    const uint32_t crc = crc32_gzip_refl(0, plain.data(), plain.size());
    store_le(out.data() + kHeader + body, crc);
    store_le(out.data() + kHeader + body + 4, static_cast<uint32_t>(plain.size()));
    return size;
  }

 private:
  Deflate deflate_;
  std::unique_ptr<FastDeflate> fast_;
};

class ZstdBlockCompressor final : public BlockCompressor {
 public:
  explicit ZstdBlockCompressor(int level) : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) return;
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }
  bool usable() const noexcept { return context_ != nullptr; }

  size_t block_bytes() const noexcept override { return kFrame; }
  size_t compressed_limit() const noexcept override { return ZSTD_COMPRESSBOUND(kFrame); }
  std::span<const uint8_t> end_mark() const noexcept override { return {}; }

  Result<size_t> compress(std::span<const uint8_t> plain, std::span<uint8_t> out) override {
    const size_t size =
        ZSTD_compress2(context_.get(), out.data(), out.size(), plain.data(), plain.size());
    if (ZSTD_getErrorCode(size) == ZSTD_error_memory_allocation) return out_of_memory("zstd");
    if (ZSTD_isError(size) != 0)
      return Error{Errc::kInternal, 0, std::string("zstd: ") + ZSTD_getErrorName(size)};
    return size;
  }

 private:
  // Costs 2 % of the size compared with a single frame, but keeps memory small with many threads.
  static constexpr size_t kFrame = size_t{512} << 10;

  struct Free {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

}  // namespace

Result<std::unique_ptr<BlockCompressor>> make_block_compressor(Compression compression,
                                                               const CompressionLevel& level) {
  if (compression == Compression::kZstd) {
    auto compressor = std::make_unique<ZstdBlockCompressor>(level.zstd);
    if (!compressor->usable()) return errno_error(ENOMEM, "zstd");
    return std::unique_ptr<BlockCompressor>(std::move(compressor));
  }
  Deflate deflate;
  if (level.gzip > 1) {
    deflate.reset(libdeflate_alloc_compressor(level.gzip));
    if (deflate == nullptr) return errno_error(ENOMEM, "gzip");
  }
  return std::unique_ptr<BlockCompressor>(
      std::make_unique<GzipBlockCompressor>(std::move(deflate)));
}

}  // namespace gophercap::io
