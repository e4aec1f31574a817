#include "io/open.h"

#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "io/codec/bzip2_source.h"
#include "io/codec/frames.h"
#include "io/codec/gzip_source.h"
#include "io/codec/lz4_source.h"
#include "io/codec/pausable_source.h"
#include "io/codec/xz_source.h"
#include "io/codec/zstd_source.h"
#include "io/file/file_source.h"
#include "io/limited_source.h"
#include "io/parallel/decode_pool.h"
#include "io/parallel/gzip_splitter.h"
#include "io/parallel/lz4_splitter.h"
#include "io/parallel/split_source.h"
#include "io/parallel/zstd_splitter.h"
#include "io/prefixed_source.h"

namespace gophercap::io {
namespace {

// Extends `front` to `size` bytes, or to the end of the input.
Result<> read_front(ByteSource& source, size_t size, std::vector<uint8_t>& front) {
  size_t count = front.size();
  front.resize(size);
  Result<size_t> got = 1;
  while (count < size && got && *got > 0) {
    got = source.read(std::span(front).subspan(count));
    if (got) count += *got;
  }
  front.resize(count);
  if (!got && count == 0) return got.error();
  return {};  // a fault after some bytes is reported again when they have been read
}

Result<std::vector<uint8_t>> probe_front(ByteSource& source) {
  constexpr size_t kMagicSize = 6;
  constexpr size_t kBehindSkippable = 4096;
  std::vector<uint8_t> front;
  TRY_VOID(read_front(source, kMagicSize, front));
  if (kSkippableMagic.begins(front)) TRY_VOID(read_front(source, kBehindSkippable, front));
  return front;
}

// zstd and lz4 use the same skippable frames, so the first frame of another kind decides.
Compression probe_behind_skippable(std::span<const uint8_t> bytes) {
  constexpr size_t kHeader = 8;
  while (kSkippableMagic.begins(bytes) && bytes.size() >= kHeader) {
    const size_t size = load_le32(bytes.data() + 4);
    if (size > bytes.size() - kHeader) break;
    bytes = bytes.subspan(kHeader + size);
  }
  const bool lz4 = kLz4Magic.begins(bytes) || kLz4LegacyMagic.begins(bytes);
  return lz4 ? Compression::kLz4 : Compression::kZstd;
}

// A text may begin with "BZh9", so the magic of the block, or of the end of the stream, is checked
// too.
bool is_bzip2(std::span<const uint8_t> bytes) {
  if (!kBzip2Magic.begins(bytes)) return false;
  if (bytes.size() < 6) return true;
  return (bytes[4] == 0x31 && bytes[5] == 0x41) || (bytes[4] == 0x17 && bytes[5] == 0x72);
}

// For the formats that SplitSource can cut; null for others.
std::unique_ptr<Splitter> make_splitter(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return make_gzip_splitter();
    case Compression::kZstd:
      return make_zstd_splitter();
    case Compression::kLz4:
      return make_lz4_splitter();
    case Compression::kNone:
    case Compression::kXz:
    case Compression::kBzip2:
      break;
  }
  return nullptr;
}

std::unique_ptr<ByteSource> put_codec(Compression compression, std::unique_ptr<ByteSource> raw,
                                      DecodePool* pool = nullptr,
                                      CheckpointSink* checkpoints = nullptr) {
  if (pool != nullptr && pool->helpers() > 0) {
    if (std::unique_ptr<Splitter> splitter = make_splitter(compression)) {
      return std::make_unique<SplitSource>(std::move(raw), std::move(splitter), *pool, checkpoints);
    }
  }
  switch (compression) {
    case Compression::kNone:
      break;
    case Compression::kGzip:
      return make_gzip_source(std::move(raw), checkpoints);
    case Compression::kZstd:
      return make_zstd_source(std::move(raw), kLargestZstdWindowLog, checkpoints);
    case Compression::kLz4:
      return make_lz4_source(std::move(raw), checkpoints);
    case Compression::kXz:
      return make_xz_source(std::move(raw), pool);
    case Compression::kBzip2:
      return make_bzip2_source(std::move(raw));
  }
  return raw;
}

// Lets the source reopen the file after its decoder was closed.
void make_pausable(const std::string& path, const InputOptions& options, Input& input) {
  const auto open_again = [path, fds = options.fds, stop = options.stop, facts = input.facts,
                           compression = input.compression](
                              Checkpoint from,
                              CheckpointSink* found) -> Result<std::unique_ptr<ByteSource>> {
    TRY(std::unique_ptr<FileSource> file, FileSource::open(path, fds, stop));
    if (file->facts().inode != facts.inode || file->facts().device != facts.device)
      return Error{Errc::kIo, 0, path + ": has changed while it was read"};
    file->seek(from.stored_offset);
    return decode_from(std::move(from), compression, std::move(file), nullptr, found);
  };
  auto pausable =
      std::make_unique<PausableSource>(std::move(input.source), open_again, options.stop);
  input.pausable = pausable.get();
  input.source = std::move(pausable);
}

}  // namespace

Compression probe_compression(std::span<const uint8_t> first_bytes) noexcept {
  if (kGzipMagic.begins(first_bytes)) return Compression::kGzip;
  if (kZstdMagic.begins(first_bytes)) return Compression::kZstd;
  if (kLz4Magic.begins(first_bytes)) return Compression::kLz4;
  if (kLz4LegacyMagic.begins(first_bytes)) return Compression::kLz4;
  if (kXzMagic.begins(first_bytes)) return Compression::kXz;
  if (is_bzip2(first_bytes)) return Compression::kBzip2;
  if (kSkippableMagic.begins(first_bytes)) return probe_behind_skippable(first_bytes);
  return Compression::kNone;
}

Result<Input> open_input(const std::string& path, const InputOptions& options) {
  TRY(std::unique_ptr<FileSource> file,
      FileSource::open(path, options.fds, options.stop, options.owners));
  Input input;
  input.facts = file->facts();
  TRY(std::vector<uint8_t> front, probe_front(*file));
  input.compression = probe_compression(front);
  std::unique_ptr<ByteSource> raw;
  if (input.facts.regular) {
    // Reading the first bytes twice is cheaper than checking for a prefix on each read.
    file->rewind();
    raw = std::move(file);
  } else {
    raw = std::make_unique<PrefixedSource>(std::move(front), std::move(file));
  }
  input.source = put_codec(input.compression, std::move(raw), options.pool);
  if (input.facts.regular && input.compression != Compression::kNone)
    make_pausable(path, options, input);
  if (options.most_bytes > 0)
    input.source = std::make_unique<LimitedSource>(std::move(input.source), options.most_bytes);
  return input;
}

Result<Input> decode(std::unique_ptr<ByteSource> raw, DecodePool* pool,
                     CheckpointSink* checkpoints) {
  TRY(std::vector<uint8_t> front, probe_front(*raw));
  Input input;
  input.compression = probe_compression(front);
  input.source = put_codec(input.compression,
                           std::make_unique<PrefixedSource>(std::move(front), std::move(raw)), pool,
                           checkpoints);
  return input;
}

Result<std::unique_ptr<ByteSource>> decode_from(Checkpoint checkpoint, Compression compression,
                                                std::unique_ptr<ByteSource> raw, DecodePool* pool,
                                                CheckpointSink* checkpoints) {
  if (!checkpoint.inside_member) return put_codec(compression, std::move(raw), pool, checkpoints);
  if (compression != Compression::kGzip || checkpoint.used_bits > 7 ||
      checkpoint.window.size() > Checkpoint::kMostWindow) {
    return Error{Errc::kCorrupt, 0, "an impossible checkpoint"};
  }
  return make_gzip_source_from(std::move(checkpoint), std::move(raw), checkpoints);
}

}  // namespace gophercap::io
