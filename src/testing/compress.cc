#include "testing/compress.h"

#include <bzlib.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace gophercap::testing {
namespace {

using Bytes = std::vector<uint8_t>;

// Without its input a test is meaningless, so it fails.
void require(bool ok) {
  if (!ok) std::abort();
}

// Large enough for any format, even if nothing can be compressed.
Bytes room_for(size_t plain_size) {
  return Bytes(plain_size + plain_size / 2 + 4096);
}

template <class Compress>
Bytes in_pieces(std::span<const uint8_t> plain, size_t piece, Compress compress) {
  Bytes all;
  for (size_t at = 0; at < plain.size(); at += piece) {
    const Bytes packed = compress(plain.subspan(at, std::min(piece, plain.size() - at)));
    all.insert(all.end(), packed.begin(), packed.end());
  }
  return all;
}

Bytes gzip(std::span<const uint8_t> plain) {
  Bytes out = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
  const Bytes body = deflate(plain);
  const Bytes trailer = gzip_trailer(plain);
  out.insert(out.end(), body.begin(), body.end());
  out.insert(out.end(), trailer.begin(), trailer.end());
  return out;
}

Bytes zstd(std::span<const uint8_t> plain) {
  Bytes out = room_for(plain.size());
  ZSTD_CCtx* context = ZSTD_createCCtx();
  require(context != nullptr);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  const size_t size = ZSTD_compress2(context, out.data(), out.size(), plain.data(), plain.size());
  ZSTD_freeCCtx(context);
  require(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

Bytes lz4(std::span<const uint8_t> plain) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
  Bytes out(LZ4F_compressFrameBound(plain.size(), &preferences));
  const size_t size =
      LZ4F_compressFrame(out.data(), out.size(), plain.data(), plain.size(), &preferences);
  require(LZ4F_isError(size) == 0);
  out.resize(size);
  return out;
}

Bytes xz(std::span<const uint8_t> plain) {
  Bytes out = room_for(plain.size());
  size_t size = 0;
  require(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, nullptr, plain.data(), plain.size(),
                                  out.data(), &size, out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}

Bytes bzip2(std::span<const uint8_t> plain) {
  Bytes in(plain.begin(), plain.end());  // the library requires writable bytes
  in.push_back(0);                       // and a pointer that is not null
  Bytes out = room_for(plain.size());
  unsigned size = static_cast<unsigned>(out.size());
  require(BZ2_bzBuffToBuffCompress(static_cast<char*>(static_cast<void*>(out.data())), &size,
                                   static_cast<char*>(static_cast<void*>(in.data())),
                                   static_cast<unsigned>(plain.size()), 1, 0, 0) == BZ_OK);
  out.resize(size);
  return out;
}

}  // namespace

std::vector<uint8_t> compress(io::Compression format, std::span<const uint8_t> plain) {
  switch (format) {
    case io::Compression::kNone:
      return {plain.begin(), plain.end()};
    case io::Compression::kGzip:
      return gzip(plain);
    case io::Compression::kZstd:
      return zstd(plain);
    case io::Compression::kLz4:
      return lz4(plain);
    case io::Compression::kXz:
      return xz(plain);
    case io::Compression::kBzip2:
      return bzip2(plain);
  }
  require(false);
  return {};
}

std::vector<uint8_t> gzip_members(std::span<const uint8_t> plain, size_t piece) {
  return in_pieces(plain, piece, [](std::span<const uint8_t> part) { return gzip(part); });
}

std::vector<uint8_t> bgzf(std::span<const uint8_t> plain, size_t piece) {
  const auto member = [](std::span<const uint8_t> part) {
    Bytes out = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 'B', 'C', 2, 0, 0, 0};
    const Bytes body = deflate(part);
    const Bytes trailer = gzip_trailer(part);
    out.insert(out.end(), body.begin(), body.end());
    out.insert(out.end(), trailer.begin(), trailer.end());
    require(out.size() <= size_t{1} << 16);
    out[16] = static_cast<uint8_t>((out.size() - 1) & 0xff);
    out[17] = static_cast<uint8_t>((out.size() - 1) >> 8);
    return out;
  };
  Bytes out = in_pieces(plain, piece, member);
  const Bytes end = member({});
  out.insert(out.end(), end.begin(), end.end());
  return out;
}

std::vector<uint8_t> zstd_frames(std::span<const uint8_t> plain, size_t piece,
                                 const ZstdFrames& options) {
  return in_pieces(plain, piece, [&](std::span<const uint8_t> part) {
    Bytes out = room_for(part.size());
    ZSTD_CCtx* context = ZSTD_createCCtx();
    require(context != nullptr);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, options.checksum ? 1 : 0);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, options.announced ? 1 : 0);
    if (options.window_log != 0) {
      ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, options.window_log);
    }
    const size_t size = ZSTD_compress2(context, out.data(), out.size(), part.data(), part.size());
    ZSTD_freeCCtx(context);
    require(ZSTD_isError(size) == 0);
    out.resize(size);
    return out;
  });
}

std::vector<uint8_t> lz4_frame(std::span<const uint8_t> plain, size_t piece,
                               const Lz4Frame& options) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = options.independent ? LZ4F_blockIndependent : LZ4F_blockLinked;
  preferences.frameInfo.blockChecksumFlag =
      options.block_checksum ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum;
  preferences.frameInfo.contentChecksumFlag =
      options.content_checksum ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum;
  preferences.frameInfo.contentSize = options.announced ? plain.size() : 0;
  preferences.autoFlush = 1;
  LZ4F_cctx* context = nullptr;
  require(LZ4F_isError(LZ4F_createCompressionContext(&context, LZ4F_VERSION)) == 0);
  Bytes out(room_for(plain.size()).size() + 64 * (plain.size() / piece + 1));
  size_t size = 0;
  const auto add = [&size](size_t count) {
    require(LZ4F_isError(count) == 0);
    size += count;
  };
  add(LZ4F_compressBegin(context, out.data(), out.size(), &preferences));
  for (size_t at = 0; at < plain.size(); at += piece) {
    const size_t count = std::min(piece, plain.size() - at);
    add(LZ4F_compressUpdate(context, out.data() + size, out.size() - size, plain.data() + at, count,
                            nullptr));
  }
  add(LZ4F_compressEnd(context, out.data() + size, out.size() - size, nullptr));
  LZ4F_freeCompressionContext(context);
  out.resize(size);
  return out;
}

std::vector<uint8_t> xz_blocks(std::span<const uint8_t> plain, size_t piece) {
  lzma_mt options{};
  options.threads = 1;
  options.block_size = piece;
  options.preset = 0;
  options.check = LZMA_CHECK_CRC64;
  lzma_stream stream = LZMA_STREAM_INIT;
  require(lzma_stream_encoder_mt(&stream, &options) == LZMA_OK);
  Bytes out(room_for(plain.size()).size() + 256 * (plain.size() / piece + 1));
  stream.next_in = plain.data();
  stream.avail_in = plain.size();
  stream.next_out = out.data();
  stream.avail_out = out.size();
  lzma_ret status = LZMA_OK;
  while (status == LZMA_OK) status = lzma_code(&stream, LZMA_FINISH);
  require(status == LZMA_STREAM_END);
  out.resize(stream.total_out);
  lzma_end(&stream);
  return out;
}

std::vector<uint8_t> deflate(std::span<const uint8_t> plain, size_t flush_every) {
  Bytes in(plain.begin(), plain.end());  // the library requires writable bytes
  const size_t flushes = flush_every == 0 ? 0 : in.size() / flush_every + 1;
  Bytes out = room_for(in.size() + flushes * 512);
  Bytes level_buffer(ISAL_DEF_LVL1_DEFAULT);
  const auto stream = std::make_unique<isal_zstream>();
  isal_deflate_init(stream.get());
  stream->level = 1;
  stream->level_buf = level_buffer.data();
  stream->level_buf_size = static_cast<uint32_t>(level_buffer.size());
  stream->next_out = out.data();
  stream->avail_out = static_cast<uint32_t>(out.size());
  size_t given = 0;
  do {
    const size_t left = in.size() - given;
    const size_t count = flush_every == 0 ? left : std::min(left, flush_every);
    stream->next_in = in.data() + given;
    stream->avail_in = static_cast<uint32_t>(count);
    given += count;
    stream->end_of_stream = given == in.size() ? 1 : 0;
    stream->flush = flush_every == 0 ? NO_FLUSH : SYNC_FLUSH;
    require(isal_deflate(stream.get()) == COMP_OK && stream->avail_in == 0);
  } while (given < in.size());
  require(stream->internal_state.state == ZSTATE_END);
  out.resize(stream->total_out);
  return out;
}

std::vector<uint8_t> gzip_trailer(std::span<const uint8_t> plain) {
  const uint32_t crc = crc32_gzip_refl(0, plain.data(), plain.size());
  const auto size = static_cast<uint32_t>(plain.size());
  Bytes trailer;
  for (const uint32_t value : {crc, size}) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      trailer.push_back(static_cast<uint8_t>(value >> shift));
    }
  }
  return trailer;
}

}  // namespace gophercap::testing
