// A compressed file whose decoder can be closed between two reads and reopened at the same place.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/memory/memory_bound.h"

namespace gophercap::io {

// Gives the same bytes and the same fault as the source that it wraps. A decoder that was closed is
// reopened at the last checkpoint passed, if the format has any, otherwise at the beginning of the
// file.
class PausableSource final : public ByteSource, public Pausable {
 public:
  // Returns the plain bytes from a checkpoint on, decoded without helper threads. `found` receives
  // further checkpoints, with offsets from there. The checkpoint of the beginning is all zeros.
  using Open =
      std::function<Result<std::unique_ptr<ByteSource>>(Checkpoint from, CheckpointSink* found)>;

  // `open` must give the same bytes as `source`. When a stop is requested through `stop`, waiting
  // ends with kCancelled.
  PausableSource(std::unique_ptr<ByteSource> source, Open open, std::stop_token stop);
  ~PausableSource() override;
  PausableSource(const PausableSource&) = delete;
  PausableSource& operator=(const PausableSource&) = delete;

  // If there is no memory for the decoder, waits until other files release theirs. Fails with
  // kMemoryBound if the memory would not be enough even then.
  Result<size_t> read(std::span<uint8_t> out) override;

  // Allows others to take the memory of the decoder until the next read. A thread that reads
  // several files must call this whenever it turns to another one; otherwise the files would wait
  // for each other.
  void pause();

  std::unique_ptr<ByteSource> give_up() noexcept override { return std::move(source_); }

 private:
  // Keeps the last two checkpoints, because a decoder may be ahead of what has been read.
  class Keeper final : public CheckpointSink {
   public:
    bool wanted(uint64_t plain_offset) const noexcept override;
    void add(Checkpoint checkpoint) override;
    void set_base(const Checkpoint& from) noexcept;
    void set_read(uint64_t plain_bytes) noexcept { read_ = plain_bytes; }
    Checkpoint last() const;

   private:
    uint64_t base_plain_ = 0;
    uint64_t base_stored_ = 0;
    uint64_t read_ = 0;
    std::unique_ptr<Checkpoint> last_;
    std::unique_ptr<Checkpoint> next_;
  };

  Result<size_t> attempt(std::span<uint8_t> out);
  Result<size_t> wait_and_retry(std::span<uint8_t> out);
  Result<> open_again();

  std::unique_ptr<ByteSource> source_;  // null while closed
  const Open open_;
  const std::stop_token stop_;
  std::unique_ptr<Keeper> keeper_;  // null until the first reopening
  uint64_t offset_ = 0;             // of the next byte to read
  std::unique_ptr<const Error> fault_;
  bool paused_ = false;
};

}  // namespace gophercap::io
