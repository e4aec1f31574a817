// A compressed file whose decoder may be closed between two reads, and opened again where it was.
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

// The bytes and the fault are those of the source that it is given first. Begins anew at the last
// checkpoint that was met, as far as the format has any, else at the beginning of the file.
class PausableSource final : public ByteSource, public Pausable {
 public:
  // The plain bytes from a checkpoint on, decoded without helpers; `found` is told of further ones,
  // by offsets from there. The checkpoint of the beginning has zeros.
  using Open =
      std::function<Result<std::unique_ptr<ByteSource>>(Checkpoint from, CheckpointSink* found)>;

  // `open` has to give what `source` gives. Once `stop` is asked for, waiting ends with kCancelled.
  PausableSource(std::unique_ptr<ByteSource> source, Open open, std::stop_token stop);
  ~PausableSource() override;
  PausableSource(const PausableSource&) = delete;
  PausableSource& operator=(const PausableSource&) = delete;

  // Waits where there is no memory for the decoder until other files have given it back. Fails with
  // kMemoryBound where there is too little even without them.
  Result<size_t> read(std::span<uint8_t> out) override;

  // Until the next read, others may have the memory. A reader of several files says so whenever it
  // turns to another one; else they would wait for each other.
  void pause();

  std::unique_ptr<ByteSource> give_up() noexcept override { return std::move(source_); }

 private:
  // The last two checkpoints: a decoder may be ahead of what has been read.
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

  std::unique_ptr<ByteSource> source_;  // null: closed
  const Open open_;
  const std::stop_token stop_;
  std::unique_ptr<Keeper> keeper_;  // none before it is opened again
  uint64_t offset_ = 0;             // of the next byte to be read
  std::unique_ptr<const Error> fault_;
  bool paused_ = false;
};

}  // namespace gophercap::io
