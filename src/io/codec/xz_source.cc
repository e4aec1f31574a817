#include "io/codec/xz_source.h"

#include <lzma.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/thread_group.h"
#include "io/codec/decoded_source.h"
#include "io/codec/frames.h"
#include "io/memory/memory_bound.h"

namespace gophercap::io {
namespace {

constexpr std::array kMagics = {&kXzMagic};
constexpr FrameFormat kFormat{"xz", kMagics};
// A limit of zero would mean no limit to the library.
constexpr uint64_t kNoLimitYet = 1;
// A block of `xz -6 -T` needs 24 MiB of plain bytes, its compressed bytes and a dictionary of 8
// MiB. With less memory than this, such files would be decoded by one thread.
constexpr uint64_t kMemoryPerThread = uint64_t{64} << 20;

Error error_of(lzma_ret status) {
  switch (status) {
    case LZMA_MEM_ERROR:
      return no_memory_error(kFormat.name);
    case LZMA_OPTIONS_ERROR:
      return unsupported_error(kFormat.name, "uses an unknown option");
    default:
      return corrupt_error(kFormat.name, "is damaged");
  }
}

// liblzma treats a refused thread like a lack of memory, even in the middle of a stream. So only
// threads that can be created are counted, plus one for the reader, which only copies.
unsigned threads_to_be_had(unsigned helpers) {
  if (helpers == 0) return 1;
  std::atomic<bool> over{false};
  ThreadGroup trial([&] {
    over.store(true);
    over.notify_all();
  });
  return static_cast<unsigned>(trial.start_up_to(helpers + 1, [&](size_t) { over.wait(false); }));
}

// LZMA_CONCATENATED would work for well-formed input, but could not distinguish garbage after a
// stream from a truncated stream.
//
// With helpers, liblzma decodes blocks in its own threads if their headers contain their sizes, as
// with `xz -T`. It guarantees the same bytes and errors as with one thread.
class XzDecoder {
 public:
  explicit XzDecoder(DecodePool* pool)
      : helpers_(pool), threads_(threads_to_be_had(helpers_.helpers())) {}
  ~XzDecoder() { lzma_end(&stream_); }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;

  Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    if (between_streams_) {
      TRY(const Next next, begin_stream(in));
      if (next == Next::kEnd) return Decoding::kEnd;
    }
    if (threads_ > 1) return decode_ahead(in, out, produced);
    TRY(const bool more, step(in, out, LZMA_RUN, produced));
    if (more && produced == 0 && in.bytes().empty()) {
      TRY(const bool refilled, in.refill());
      if (!refilled) return truncated_error(kFormat.name);
    }
    return Decoding::kMore;
  }

 private:
  // The library's threads need input; without it, the library waits for the blocks in progress.
  // Their output is returned before the end of the input, or its fault, is reported.
  Result<Decoding> decode_ahead(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    if (in.bytes().empty() && !fault_) {
      Result<bool> refilled = in.refill();
      if (!refilled) {
        fault_ = std::move(refilled).error();
      } else if (!*refilled) {
        fault_ = truncated_error(kFormat.name);
      }
    }
    stuck_ = false;
    TRY_VOID(step(in, out, fault_ ? LZMA_FINISH : LZMA_RUN, produced));
    if (fault_ && stuck_) return *fault_;
    return Decoding::kMore;
  }

  // Returns false if the stream has ended.
  Result<bool> step(InputBlock& in, std::span<uint8_t> out, lzma_action action, size_t& produced) {
    const std::span<const uint8_t> bytes = in.bytes();
    stream_.next_in = bytes.data();
    stream_.avail_in = bytes.size();
    stream_.next_out = out.data();
    stream_.avail_out = out.size();
    lzma_ret status = lzma_code(&stream_, action);
    while (status == LZMA_MEMLIMIT_ERROR) {
      TRY_VOID(grow_limit());
      status = lzma_code(&stream_, action);
    }
    produced = out.size() - stream_.avail_out;
    in.advance(stream_.next_in - bytes.data());
    if (status == LZMA_STREAM_END) {
      between_streams_ = true;
      return false;
    }
    // LZMA_BUF_ERROR only means that there was nothing to read again.
    stuck_ = status == LZMA_BUF_ERROR;
    if (status != LZMA_OK && !stuck_) return error_of(status);
    return true;
  }

  Result<Next> begin_stream(InputBlock& in) {
    if (!first_) TRY_VOID(skip_padding(in));
    TRY(const Next next, next_frame(in, kFormat, first_));
    if (next == Next::kEnd) return Next::kEnd;
    const lzma_ret status =
        threads_ > 1 ? begin_threads() : lzma_stream_decoder(&stream_, kNoLimitYet, 0);
    if (status != LZMA_OK) return error_of(status);
    between_streams_ = false;
    first_ = false;
    return Next::kFrame;
  }

  // When liblzma meets a larger dictionary than before, it reports the memory that it needs. With
  // threads it only reports what it uses, so the limit is raised step by step until it is enough.
  Result<> grow_limit() {
    constexpr uint64_t kMebi = uint64_t{1} << 20;
    const uint64_t limit = lzma_memlimit_get(&stream_);
    uint64_t needed = lzma_memusage(&stream_);
    if (needed <= limit) needed = limit + limit / 8 + kMebi;
    const MemoryBound& bound = MemoryBound::of_process();
    TRY_VOID(bound.check_window(needed / kMebi * kMebi, kFormat.name));
    TRY_VOID(memory_.grow(needed + MemoryBound::kBuffers, kFormat.name));
    const lzma_ret status = lzma_memlimit_set(&stream_, needed);
    if (status != LZMA_OK) return error_of(status);
    return {};
  }

  // If memory is short, liblzma decodes in this thread alone, without more memory.
  lzma_ret begin_threads() {
    lzma_mt options{};
    options.threads = threads_;
    const uint64_t most = MemoryBound::of_process().room() / 2;
    const uint64_t wanted = std::min(kMemoryPerThread * options.threads, most);
    if (!memory_.grow_if_spare(wanted + MemoryBound::kBuffers))
      return lzma_stream_decoder(&stream_, kNoLimitYet, 0);
    options.memlimit_threading = wanted;
    options.memlimit_stop = options.memlimit_threading;
    return lzma_stream_decoder_mt(&stream_, &options);
  }

  // Between streams, padding consists of units of four zeros. next_frame() handles an incomplete
  // unit.
  static Result<> skip_padding(InputBlock& in) {
    constexpr size_t kUnit = 4;
    while (true) {
      TRY(const std::span<const uint8_t> bytes, in.peek(kUnit));
      const std::span<const uint8_t> unit = bytes.first(std::min(bytes.size(), kUnit));
      const auto is_zero = [](uint8_t byte) { return byte == 0; };
      if (unit.size() < kUnit || !std::all_of(unit.begin(), unit.end(), is_zero)) return {};
      in.advance(kUnit);
    }
  }

  const DecodePool::Loan helpers_;
  const unsigned threads_;  // threads of liblzma; 1: only the calling one
  MemoryShare memory_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::optional<Error> fault_;  // the fault of the input, or its end
  bool stuck_ = false;          // true if the last step had nothing to do
  bool between_streams_ = true;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<ByteSource> make_xz_source(std::unique_ptr<ByteSource> raw, DecodePool* pool) {
  return std::make_unique<DecodedSource<XzDecoder>>(std::move(raw), pool);
}

}  // namespace gophercap::io
