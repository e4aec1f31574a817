// One limit for the memory of all decoders: windows, dictionaries, blocks.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "io/byte_source.h"

namespace gophercap::io {

// A reader whose decoder memory can be taken away until it is read again.
class Pausable {
 public:
  virtual ~Pausable() = default;
  // Returns the decoder, which holds the memory, or null. Any thread may call it while this reader
  // is paused.
  virtual std::unique_ptr<ByteSource> give_up() noexcept = 0;

 private:
  friend class MemoryBound;
  // Guarded by the lock of MemoryBound:
  std::list<Pausable*>::iterator place_{};
  bool listed_ = false;
};

// There is one limit for the process, shared by the readers of all files of a job. Thread-safe.
// Decoders ask when they are created and when a frame announces a larger window, never per block.
//
// If there is no room, paused readers lose their decoders, beginning with the most recently paused
// one: files are read in turns, so its next turn is the last. If that is not enough, the request
// fails with Cause::kMemoryInUse. A PausableSource then releases its own
// memory and waits for other active readers. It holds no memory while it waits, so those can
// continue.
class MemoryBound {
 public:
  // Decoders may always use this much: gzip, lz4, bzip2 and the default levels of zstd and xz need
  // no more.
  static constexpr uint64_t kLeast = uint64_t{16} << 20;
  // Like zstd and xz, larger windows are accepted only if the user has allowed them.
  static constexpr uint64_t kLargestWindowUnasked = uint64_t{128} << 20;
  // The buffers of each decoder: one block of input and one of output.
  static constexpr uint64_t kBuffers = uint64_t{272} << 10;

  static MemoryBound& of_process() noexcept;

  // `asked`: the user has given the number. Clears set_aside().
  void set(uint64_t bytes, bool asked) noexcept;
  // Reserves this much of the limit for uses other than decoders.
  void set_aside(uint64_t bytes) noexcept;

  uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  uint64_t used() const noexcept;
  uint64_t room() const noexcept;  // for all decoders together
  // The largest request of a single decoder since set().
  uint64_t largest() const noexcept;

  // Must be called before memory for such a window is allocated.
  Result<> check_window(uint64_t window_bytes, std::string_view format) const;

  // For MemoryShare only.
  Result<> take(uint64_t more, uint64_t whole, std::string_view format);
  bool take_spare(uint64_t more) noexcept;  // does not take memory from paused readers
  void give_back(uint64_t bytes) noexcept;

  // For PausableSource: a reader is active while it is being read.
  void enter() noexcept;
  void leave() noexcept;
  void pause(Pausable& active);
  void resume(Pausable& paused) noexcept;
  // Waits until others have released enough for this thread's last refused request, until none of
  // them is active, or until a stop is requested; then enters. Returns false if no other reader is
  // active. REQUIRES: the caller is not active.
  bool wait_for_room(const std::stop_token& stop);
  // Changes whenever a reader becomes active.
  uint64_t entries() const noexcept;
  // Held while retrying after a shortage, so that two readers do not take the memory from each
  // other.
  Mutex& turn() noexcept { return turn_; }

 private:
  uint64_t room_locked() const noexcept REQUIRES_LOCK(mutex_);
  uint64_t left() const noexcept REQUIRES_LOCK(mutex_);
  bool take_from_paused() REQUIRES_LOCK(mutex_);

  std::atomic<uint64_t> bytes_{uint64_t{256} << 20};
  std::atomic<bool> asked_{false};
  Mutex turn_;
  mutable Mutex mutex_;
  CondVar changed_;
  uint64_t aside_ GUARDED_BY(mutex_) = 0;
  uint64_t used_ GUARDED_BY(mutex_) = 0;
  uint64_t largest_ GUARDED_BY(mutex_) = 0;
  uint64_t active_ GUARDED_BY(mutex_) = 0;
  uint64_t entries_ GUARDED_BY(mutex_) = 0;
  uint64_t returns_ GUARDED_BY(mutex_) = 0;
  std::list<Pausable*> paused_ GUARDED_BY(mutex_);  // the most recently paused one is last
};

// A share of the limit, released by the destructor. Not thread-safe.
class MemoryShare {
 public:
  MemoryShare() = default;
  ~MemoryShare() { release(); }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  // Grows the share to at least `bytes`. Fails with kMemoryBound; with
  // Cause::kMemoryInUse if waiting may help.
  Result<> grow(uint64_t bytes, std::string_view format);
  // Does the same if there is room without taking memory from others.
  bool grow_if_spare(uint64_t bytes) noexcept;
  // For memory that only improves speed: grows to `wanted`, or to a quarter of all room if that is
  // less, but to nothing if that is not free at the first call. Returns bytes().
  uint64_t grow_once(uint64_t wanted) noexcept;
  void release() noexcept;
  uint64_t bytes() const noexcept { return bytes_; }

 private:
  uint64_t bytes_ = 0;
  bool asked_ = false;
};

// While it exists, requests of this thread take nothing from paused readers, because a helper may
// be working for one of them.
class NothingTaken {
 public:
  NothingTaken() noexcept;
  ~NothingTaken();
  NothingTaken(const NothingTaken&) = delete;
  NothingTaken& operator=(const NothingTaken&) = delete;

 private:
  const bool before_;
};

// "2 GiB", "1.5 MiB".
std::string binary_size(uint64_t bytes);
// Returns a rounded value for --memory that is somewhat larger than `bytes`: "3G", "192M".
std::string memory_flag(uint64_t bytes);

}  // namespace gophercap::io
